"""What leaves the dashboard: links, embeds, citations."""
