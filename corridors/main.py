"""The command `corridors`: thin; each command imports what it needs when it is called."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="corridors",
    help="From declarations to corridors: Central Asian integration, simulated and answered with bands.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command()
def run(
    scenario: Annotated[str, typer.Argument(help="a shipped name, a .toml file, or two joined as A+B")],
    against: Annotated[str, typer.Option(help="the scenario to compare with, under the same luck")] = "frozen",
    seeds: Annotated[int, typer.Option(help="runs of each scenario")] = 200,
    out: Annotated[Path | None, typer.Option(help="folder for runs, summary, manifest and chart")] = None,
    force: Annotated[bool, typer.Option("--force", help="replace results that stand in that folder")] = False,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="a parameter, as trade_elasticity=2; repeatable")
    ] = None,
    firms: Annotated[int, typer.Option(help="firms sampled of the pool")] = 600,
    keep: Annotated[str, typer.Option(help="series in runs.parquet: headline or all")] = "headline",
    threads: Annotated[int | None, typer.Option(help="threads; all cores by default")] = None,
    chart: Annotated[bool, typer.Option("--chart/--no-chart", help="draw the chart")] = True,
) -> None:
    """Run a scenario many times and hold it against another and against the articles."""
    from corridors.run import Request, run_and_report

    command = " ".join(["corridors", *sys.argv[1:]])
    run_and_report(
        Request(scenario, against, seeds, out, force, tuple(set_ or ()), firms, keep, threads, chart, command)
    )


@app.command()
def scenarios() -> None:
    """List what can be run, with one line each."""
    from corridors.explain import list_scenarios

    list_scenarios()


@app.command()
def explain(name: Annotated[str, typer.Argument(help="a parameter, lever, measure, rule, scenario or figure")]) -> None:
    """Print what a name means: unit, range, source, and who reads it."""
    from corridors.explain import explain_name

    explain_name(name)


def main() -> None:
    """Run the command; bad input becomes one message and exit code 2."""
    from abm.errors import BadInput

    try:
        app()
    except BadInput as problem:
        print(f"corridors: {problem}", file=sys.stderr)
        sys.exit(2)
    except OSError as problem:
        where = f": {problem.filename}" if problem.filename else ""
        print(f"corridors: {problem.strerror or problem}{where}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
