"""``serve`` and ``worker``: the processes that stay."""

from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli.common import console, run

if TYPE_CHECKING:
    from core.services import Services


def serve(
    ctx: typer.Context,
    host: Annotated[str | None, typer.Option("--host")] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535)] = None,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Only the web app; run `app.py worker` elsewhere.")] = False,
) -> None:
    """Serve the API, and work the queue in the same process unless told otherwise."""

    async def work(services: "Services") -> None:
        import asyncio

        from channels.api import serve_until_stopped

        screen = console(to_stderr=True)
        await services.start(lambda text: screen.print(f"[dim]{text}[/]"))
        screen.print(f"http://{services.settings.host}:{services.settings.port}/docs describes the API")
        beside = asyncio.ensure_future(_follow(services) if no_worker else services.worker.run())
        try:
            await serve_until_stopped(services)
        finally:
            beside.cancel()
            await asyncio.gather(beside, return_exceptions=True)

    run(ctx, work, host=host, port=port, deliver=True)


async def _follow(services: "Services") -> None:
    """Notice what other processes put in force, as a worker does."""
    import asyncio

    await asyncio.gather(services.library.follow(), services.intents.follow())


def worker(ctx: typer.Context) -> None:
    """Work the queue until stopped. Run as many as you like, on as many machines."""

    async def work(services: "Services") -> None:
        screen = console(to_stderr=True)
        await services.start(lambda text: screen.print(f"[dim]{text}[/]"))
        screen.print("working; Ctrl-C stops")
        await services.worker.run()

    run(ctx, work, deliver=True)
