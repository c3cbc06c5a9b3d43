"""The command `corridors`: thin; each command imports what it needs when it is called."""

from __future__ import annotations

import shlex
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


# options that several commands share
Firms = Annotated[int, typer.Option(help="firms sampled of the pool")]
Threads = Annotated[int | None, typer.Option(help="threads; all cores by default")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON instead of tables")]
Force = Annotated[bool, typer.Option("--force", help="replace results that stand in that folder")]
Html = Annotated[Path | None, typer.Option(help="also write a page with charts into this file")]
Sets = Annotated[list[str] | None, typer.Option("--set", help="a parameter, as trade_elasticity=2; repeatable")]
Defaults = Annotated[bool, typer.Option("--defaults", help="parameters at their defaults: bands of luck alone")]
Prior = Annotated[bool, typer.Option("--prior", help="parameters drawn from their prior ranges")]
Posterior = Annotated[
    bool, typer.Option("--posterior", help="parameters drawn from the posterior, one draw a run: the default")
]
Fit = Annotated[Path | None, typer.Option("--fit", help="parameters from a posterior of your own (calibrate's --out)")]


def _given(context: typer.Context, name: str) -> bool:
    """Was this option or argument typed, and not left at its default?"""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _typed() -> str:
    """The command as it was typed, quoted so that it can be run again."""
    return shlex.join(["corridors", *sys.argv[1:]])


@app.command()
def run(
    context: typer.Context,
    scenario: Annotated[str, typer.Argument(help="a shipped name, a .toml file, or two joined as A+B")] = "",
    against: Annotated[str, typer.Option(help="the scenario to compare with, under the same luck")] = "frozen",
    seeds: Annotated[int, typer.Option(help="runs of each scenario")] = 200,
    out: Annotated[Path | None, typer.Option(help="folder for runs, summary, manifest and chart")] = None,
    force: Force = False,
    set_: Sets = None,
    firms: Firms = 600,
    keep: Annotated[str, typer.Option(help="series in runs.parquet: headline or all")] = "headline",
    threads: Threads = None,
    chart: Annotated[bool, typer.Option("--chart/--no-chart", help="draw the chart")] = True,
    defaults: Defaults = False,
    prior: Prior = False,
    posterior: Posterior = False,
    fit: Fit = None,
    link: Annotated[str | None, typer.Option(help="a link of the app, in quotes: scenario, seeds, parameters")] = None,
) -> None:
    """Run a scenario many times and hold it against another and against the articles."""
    from corridors.run import Request, refuse_with_link, run_and_report
    from corridors.sources import source_of

    command = _typed()
    refuse_with_link([name for name in context.params if _given(context, name)])
    source = source_of(defaults, prior, posterior, fit)
    run_and_report(
        Request(scenario, against, seeds, out, force, tuple(set_ or ()), firms, keep, threads, chart, command, source,
                link)
    )  # fmt: skip


@app.command()
def compare(
    scenarios: Annotated[list[str], typer.Argument(help="two or more; the last is what the others are held against")],
    against: Annotated[str | None, typer.Option(help="what all are held against, in place of the last")] = None,
    seeds: Annotated[int, typer.Option(help="runs of each scenario")] = 200,
    set_: Sets = None,
    firms: Firms = 600,
    threads: Threads = None,
    everything: Annotated[bool, typer.Option("--all", help="print every tie, state and river")] = False,
    out: Annotated[Path | None, typer.Option(help="folder for compare.csv, manifest and chart")] = None,
    force: Force = False,
    as_json: AsJson = False,
    defaults: Defaults = False,
    prior: Prior = False,
    posterior: Posterior = False,
    fit: Fit = None,
) -> None:
    """Hold scenarios against one another under the same luck: what differs, how surely, and in how many runs."""
    from corridors.compare import Request, compare_and_report
    from corridors.sources import source_of

    command, source = _typed(), source_of(defaults, prior, posterior, fit)
    compare_and_report(
        Request(tuple(scenarios), against, seeds, tuple(set_ or ()), firms, threads, everything, out, force, as_json,
                command, source)
    )  # fmt: skip


@app.command()
def ablate(
    scenario: Annotated[str, typer.Argument(help="a shipped name, a .toml file, or two joined as A+B")],
    against: Annotated[str, typer.Option(help="the scenario that it is held against")] = "frozen",
    measure: Annotated[str, typer.Option(help="what differs; `corridors explain` knows the names")] = "surplus",
    who: Annotated[str | None, typer.Option(help="whose measure, where there are several, as KZ-KG")] = None,
    year: Annotated[str, typer.Option(help="a year, or a span as 2030-2035; the last by default")] = "",
    seeds: Annotated[int, typer.Option(help="runs of each set of parts")] = 100,
    mechanisms: Annotated[bool, typer.Option("--mechanisms", help="divide among mechanisms, not levers")] = False,
    parts: Annotated[str, typer.Option(help="levers, parameters or rules of your own choice, as a,b,c")] = "",
    set_: Sets = None,
    firms: Firms = 600,
    threads: Threads = None,
    out: Annotated[Path | None, typer.Option(help="folder for ablate.csv, manifest and chart")] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Divide what a scenario adds among its levers, or among the mechanisms of the model."""
    from corridors.ablate import Request, ablate_and_report

    command = _typed()
    ablate_and_report(
        Request(scenario, against, measure, who, year, seeds, mechanisms, parts, tuple(set_ or ()), firms, threads, out,
                force, as_json, command)
    )  # fmt: skip


@app.command()
def sweep(
    spec: Annotated[str, typer.Argument(help="a shipped sweep or a .toml file; none lists the shipped ones")] = "",
    out: Annotated[Path | None, typer.Option(help="folder of the results; results/SPEC by default")] = None,
    workers: Annotated[int | None, typer.Option(help="processes; all cores by default")] = None,
    dask: Annotated[str, typer.Option(help="a Dask scheduler's address, or local")] = "",
    keep: Annotated[str, typer.Option(help="summary, series or both, as summary,series")] = "",
    replications: Annotated[int | None, typer.Option(help="seeds at every point, instead of the spec's")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what it would take")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="go on although it takes more than ten minutes")] = False,
    retry: Annotated[bool, typer.Option("--retry-failed", help="make parts with failed runs once more")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="print the JSON Schema of a sweep file")] = False,
) -> None:
    """Make many runs; stop it as you like: the same command goes on with what is missing."""
    from corridors import sweep as sweeps

    if schema:
        sweeps.print_schema()
    elif not spec:
        sweeps.list_sweeps()
    else:
        command = _typed()
        sweeps.sweep(sweeps.Request(spec, out, workers, dask, keep, replications, dry_run, yes, command, retry))


@app.command()
def rerun(
    folder: Annotated[Path, typer.Argument(help="folder of a sweep")],
    run: Annotated[int, typer.Option(help="number of the run")],
    series: Annotated[bool, typer.Option("--series", help="its months, as CSV")] = False,
    out: Annotated[Path | None, typer.Option(help="file for the months instead of the screen")] = None,
) -> None:
    """Make one run of a sweep again, alone, and hold it against what was stored."""
    from corridors.sweep import rerun as again

    again(folder, run, series or out is not None, out)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="folder of a sweep")],
    to: Annotated[str, typer.Option(help="csv, behaviorspace or netcdf")] = "csv",
    part: Annotated[str, typer.Option(help="runs (a row a run) or series (a row a run and month)")] = "",
    out: Annotated[Path | None, typer.Option(help="file; inside the sweep's folder by default")] = None,
) -> None:
    """Write the results of a sweep in another format."""
    from experiments.sweeps.export import export as write

    print(write(folder, to, out, part or None))


@app.command()
def sensitivity(
    target: Annotated[str, typer.Argument(help="folder of a sweep; or a shipped sweep or .toml file, run first")],
    measure: Annotated[list[str], typer.Option(help="a column of the summary, as trade_KZ_KG_2030; repeatable")],
    scenario: Annotated[str | None, typer.Option(help="which, if the sweep has several")] = None,
    against: Annotated[str | None, typer.Option(help="analyse the paired difference from this scenario")] = None,
    rules: Annotated[str | None, typer.Option(help="which rule variant, if the sweep has several")] = None,
    method: Annotated[str, typer.Option(help="auto (by the design), morris, sobol or pawn")] = "auto",
    impute: Annotated[str, typer.Option(help="rows with failed runs: refuse, drop, neighbour or median")] = "refuse",
    out: Annotated[Path | None, typer.Option(help="folder for tables and charts")] = None,
    force: Annotated[bool, typer.Option("--force", help="replace tables and charts that stand there")] = False,
    as_json: AsJson = False,
    yes: Annotated[bool, typer.Option("--yes", help="run the sweep although it takes more than ten minutes")] = False,
) -> None:
    """Which factors move a measure: Morris screening, Sobol indices or PAWN, with intervals."""
    from corridors.sensitivity import Request, analyse_and_report

    command = _typed()
    analyse_and_report(
        Request(target, tuple(measure), scenario, against, rules, method, impute, out, force, as_json, yes, command)
    )


@app.command()
def discover(
    target: Annotated[str, typer.Argument(help="folder of a sweep; or a shipped sweep or .toml file, run first")],
    where: Annotated[str, typer.Option(help='as "future = fragmentation" or "surplus_2035 < 0 and ..."')],
    scenario: Annotated[str | None, typer.Option(help="which, if the sweep has several")] = None,
    against: Annotated[str | None, typer.Option(help="take this scenario's measures off first, pair by pair")] = None,
    rules: Annotated[str | None, typer.Option(help="which rule variant, if the sweep has several")] = None,
    density: Annotated[
        float | None, typer.Option(help="the largest box at least so dense, in place of the best")
    ] = None,
    impute: Annotated[str, typer.Option(help="failed runs: refuse, or drop")] = "refuse",
    out: Annotated[Path | None, typer.Option(help="folder for boxes and chart")] = None,
    force: Annotated[bool, typer.Option("--force", help="replace boxes and chart that stand there")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON instead of words")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="run the sweep although it takes more than ten minutes")] = False,
) -> None:
    """Where does it happen? Boxes in the space of factors that hold most runs of a kind, and little else."""
    from corridors.discover import Request, discover_and_report

    command = _typed()
    discover_and_report(
        Request(target, where, scenario, against, rules, density, impute, out, force, as_json, yes, command)
    )


@app.command()
def search(
    base: Annotated[str, typer.Option(help="the scenario that programmes are put on top of")] = "declarations",
    budget: Annotated[str, typer.Option(help="mn US$ a year, as 60, or several as 20,40,80")] = "60",
    levers: Annotated[str, typer.Option(help="what money may go to, as agro,reform_KZ-KG; all by default")] = "",
    risk: Annotated[float, typer.Option(help="the worst part of runs that is guarded, as .1")] = 0.1,
    runs: Annotated[int, typer.Option(help="runs of each programme in the search")] = 100,
    fresh: Annotated[int, typer.Option(help="fresh runs of each programme that is reported")] = 200,
    generations: Annotated[int, typer.Option(help="of 32 programmes each")] = 25,
    firms: Firms = 300,
    seed: Annotated[int, typer.Option(help="the same seed gives the same answer")] = 1,
    uncertainty: Annotated[str, typer.Option(help="prior (each run its own parameters) or luck (defaults)")] = "prior",
    threads: Threads = None,
    out: Annotated[Path | None, typer.Option(help="folder for tables, scenarios, manifest and chart")] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Find programmes of a budget that gain most, on average and in the worst runs, and what each lever is worth."""
    from corridors.search import Request, search_and_report

    command = _typed()
    search_and_report(
        Request(base, budget, levers, risk, runs, fresh, generations, firms, seed, uncertainty, threads, out, force,
                as_json, command)
    )  # fmt: skip


@app.command()
def figures(
    draws: Annotated[int, typer.Option(help="runs of each variant, each with parameters of its own")] = 200,
    defaults: Defaults = False,
    prior: Prior = False,
    posterior: Posterior = False,
    fit: Fit = None,
    firms: Firms = 600,
    threads: Threads = None,
    html: Html = None,
    out: Annotated[Path | None, typer.Option(help="folder for JSON, CSV, page and manifest")] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Hold every figure of both articles against the model: the scorecard, failures first."""
    from corridors.figures import Request, score_and_report
    from corridors.sources import source_of

    command = _typed()
    score_and_report(
        Request(draws, source_of(defaults, prior, posterior, fit), firms, threads, as_json, html, out, force, command)
    )  # fmt: skip


@app.command()
def outlook(
    draws: Annotated[int, typer.Option(help="sets of parameters")] = 200,
    replicates: Annotated[int, typer.Option(help="runs of each, which differ by luck alone")] = 5,
    scenario: Annotated[
        list[str] | None, typer.Option(help="futures of this one beside as-is: a name, file or A+B; repeatable")
    ] = None,
    defaults: Defaults = False,
    prior: Prior = False,
    posterior: Posterior = False,
    fit: Fit = None,
    firms: Firms = 600,
    threads: Threads = None,
    html: Html = None,
    out: Annotated[Path | None, typer.Option(help="folder for JSON, CSV, page and manifest")] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Put the model's futures of 2035, and what the survey asked beside them, next to the experts' opinions."""
    from corridors.outlook import Request, look_and_report
    from corridors.sources import source_of

    command = _typed()
    look_and_report(
        Request(draws, replicates, source_of(defaults, prior, posterior, fit), tuple(scenario or ()), firms, threads,
                as_json, html, out, force, command)
    )  # fmt: skip


@app.command()
def calibrate(
    draws: Annotated[int, typer.Option(help="of the prior, a power of two")] = 131_072,
    out: Annotated[Path, typer.Option(help="folder of the runs and the posterior; goes on with what is there")] = Path(
        "results/calibration"
    ),
    firms: Firms = 600,
    workers: Annotated[int | None, typer.Option(help="processes; all cores by default")] = None,
) -> None:
    """Fit the parameters to the figures that may be fitted; stop it as you like: the same command goes on."""
    from corridors.calibrate import Request, calibrate_and_report

    calibrate_and_report(Request(draws, out, firms, workers, _typed()))


@app.command(name="app")
def app_(
    port: Annotated[int, typer.Option(help="where it listens; 0 takes a free one")] = 8765,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="open a browser")] = True,
    public: Annotated[
        bool, typer.Option("--public", help="let others reach it: needs --host and a secret in CORRIDORS_SECRET")
    ] = False,
    host: Annotated[list[str] | None, typer.Option(help="a name that visitors type, with --public; repeatable")] = None,
) -> None:
    """Open the simulation in a browser; it runs on this machine and asks nothing of any other."""
    from corridors.app import Request, serve

    serve(Request(port, browser, public, tuple(host or ())))


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
