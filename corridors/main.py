"""The command `corridors`."""


def main() -> None:
    print("soon")
