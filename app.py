"""The application, for the server and the `flask` command."""

from partygroup import create_app, spare_collector

app = create_app()
spare_collector()
