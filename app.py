"""The application, for the server and the `flask` command."""

from partygroup import create_app

app = create_app()
