"""The files of `deploy/`: the image holds what the dashboard needs, and every file is what its program takes."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from deploy import rehearse
from deploy.replicas import ROOT

DEPLOY = ROOT / "deploy"


def test_the_dockerfile_keeps_to_the_rules_of_its_linter() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([linter, DEPLOY / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_runs_without_rights_from_a_slim_base_and_is_asked_whether_it_is_alive() -> None:
    found = {step.instruction: step.rest for step in rehearse.steps()}
    assert found["USER"].split(":")[0].isdigit()
    assert int(found["USER"].split(":")[0]) == rehearse.NOBODY > 0
    assert "slim" in found["FROM"]
    assert "healthy.py" in found["HEALTHCHECK"]
    assert "asgi.py" in found["CMD"]


def test_the_image_holds_all_that_the_dashboard_reads_and_nothing_it_does_not(tmp_path: Path) -> None:
    rehearse.copy(tmp_path)
    held = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert {"app.py", "asgi.py", "requirements.txt", ".streamlit/config.toml", "data/events.csv"} <= held
    assert [name for name in held if name.startswith("benchmarks/")] == ["benchmarks/size.json"]
    assert not [name for name in held if name.startswith(("tests/", ".git/", ".venv/"))]
    script = (
        "from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file('app.py', default_timeout=120).run()\n"
        "assert not app.exception, app.exception\n"
        "for page in ('compare', 'timeline', 'robustness', 'workbench', 'data', 'method'):\n"
        "    app.switch_page(f'pages/{page}.py').run()\n"
        "    assert not app.exception, (page, app.exception)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_proxy_takes_its_settings() -> None:
    program = shutil.which("haproxy", path="/usr/sbin:/usr/bin:/usr/local/bin:/usr/local/sbin")
    assert program, "make test installs haproxy (deploy/install-proxy.sh)"
    settings = {"LISTEN": "127.0.0.1:8500", "REPLICA_ONE": "127.0.0.1:8501", "REPLICA_TWO": "127.0.0.1:8502"}
    done = subprocess.run(
        [program, "-c", "-f", DEPLOY / "haproxy.cfg"], env=settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_readers_are_checked_slowly_and_stay_with_their_replica() -> None:
    text = (DEPLOY / "haproxy.cfg").read_text(encoding="utf-8")
    assert "inter 5s fall 3" in text
    assert "timeout check 10s" in text
    assert "cookie replica insert" in text
    assert "shutdown-sessions" not in text


def test_only_the_refresh_job_may_write() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    for name in ("one", "two", "refresh"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        written = [volume for volume in services[name]["volumes"] if not volume.endswith(":ro")]
        assert bool(written) is (name == "refresh")
    assert services["proxy"]["environment"]["REPLICA_TWO"] == "two:8501"


@pytest.mark.parametrize("unit", ["event-window@.service", "event-window-refresh.service"])
def test_services_of_the_system_have_no_rights_they_do_not_need(unit: str) -> None:
    text = (DEPLOY / unit).read_text(encoding="utf-8")
    for line in ("ProtectSystem=strict", "NoNewPrivileges=yes", "CapabilityBoundingSet=\n", "User=event-window"):
        assert line in text


def test_prices_are_renewed_after_wall_street_has_closed_and_before_hong_kong_opens() -> None:
    """16:00 in New York is 20:00 or 21:00 UTC; 09:30 in Hong Kong is 01:30."""
    text = (DEPLOY / "event-window-refresh.timer").read_text(encoding="utf-8")
    assert "OnCalendar=Mon..Fri 22:30 UTC" in text
