"""The command line: one file per noun. Nothing heavy is imported until a command runs."""

import typer

from channels.cli import approvals, audit, db, demo, facts, intents, knowledge, policy_words, queue, route, serve, tokens
from channels.cli.common import Connect


def commands(connect: Connect) -> typer.Typer:
    """All commands, over services that ``connect`` opens when one runs."""
    cli = typer.Typer(
        name="app.py",
        help="Usher routes every inbound message to the right place and leaves a receipt for every decision. Start with: app.py demo",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )

    @cli.callback()
    def hold(ctx: typer.Context) -> None:
        ctx.obj = connect

    cli.command()(demo.demo)
    cli.command()(route.route)
    cli.command()(serve.serve)
    cli.command()(serve.worker)
    for noun, group in {
        "approvals": approvals.app,
        "queue": queue.app,
        "tokens": tokens.app,
        "intents": intents.app,
        "knowledge": knowledge.app,
        "facts": facts.app,
        "policy": policy_words.app,
        "audit": audit.app,
        "db": db.app,
    }.items():
        cli.add_typer(group, name=noun)
    return cli
