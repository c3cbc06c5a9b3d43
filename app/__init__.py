"""The live page: Solara in front of the model. The server answers addresses; the browser plays what it is sent."""
