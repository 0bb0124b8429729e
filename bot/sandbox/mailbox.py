"""The updates that wait for one bot: long polls, confirmation, delivery to a webhook."""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import time
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tornado.httpclient import AsyncHTTPClient, HTTPError, HTTPRequest

from bot.sandbox.refusals import OTHER_POLLER, WEBHOOK_ACTIVE, bad_request, conflict

DAY = 24 * 3600
CALLBACK_LIFE = 150  # seconds a button press waits (TELEGRAM.md, limits)
LONGEST_POLL = 50
SEEN_KEPT = 10_000
DEFAULT_KINDS = frozenset({"message", "edited_message", "callback_query", "my_chat_member"})
KINDS = DEFAULT_KINDS | {
    "channel_post", "edited_channel_post", "business_connection", "business_message",
    "edited_business_message", "deleted_business_messages", "message_reaction",
    "message_reaction_count", "inline_query", "chosen_inline_result", "shipping_query",
    "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "chat_member",
    "chat_join_request", "chat_boost", "removed_chat_boost", "guest_message", "managed_bot",
}  # fmt: skip


@dataclass(eq=False)
class Waiting:
    """One update on its way; `raw` is the text of its JSON object."""

    id: int
    raw: str
    kind: str
    lane: int
    born: float
    owed: bool = False  # delivered once whatever the offset says, when order is broken
    delivered: bool = False


@dataclass
class Webhook:
    """Where a bot wants its updates."""

    url: str
    secret: str | None
    connections: int
    last_error: tuple[int, str] | None = None


@dataclass
class Disorder:
    """What goes wrong with updates on their way, on demand."""

    copies: int = 1
    shuffle: random.Random | None = None
    late: deque[float] = field(default_factory=deque)


class Mailbox:
    """One bot's updates, in order, until they are confirmed."""

    def __init__(self, hour: Callable[[], int], *, webhook_pause: float) -> None:
        self.waiting: list[Waiting] = []
        self.webhook: Webhook | None = None
        self.allowed: frozenset[str] = DEFAULT_KINDS
        self.disorder = Disorder()
        self.seen: deque[Waiting] = deque(maxlen=SEEN_KEPT)  # for replays
        self.polls = 0
        self.aged = 0.0  # seconds by which the waiting have been made older than they are
        self._next_id = secrets.randbelow(800_000_000) + 10_000_000
        self._hour = hour
        self._first_pause = webhook_pause
        self._poll: asyncio.Future[None] | None = None
        self._lanes: dict[int, deque[Waiting]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(40)
        self._http: AsyncHTTPClient | None = None

    # -- in ---------------------------------------------------------------------------------------

    def put(self, kind: str, body: dict[str, Any], *, lane: int) -> int | None:
        """Queue an update; its id, or None where the bot did not ask for this kind."""
        if kind not in self.allowed:
            return None
        update_id = self._id()
        self.put_raw(json.dumps({"update_id": update_id, kind: body}), update_id, kind, lane)
        return update_id

    def put_raw(self, raw: str, update_id: int, kind: str, lane: int) -> None:
        """Queue the text of an update as it is."""
        disorder = self.disorder
        late = disorder.late.popleft() if disorder.late else 0.0
        owed = bool(late) or disorder.copies > 1 or disorder.shuffle is not None
        several = [
            Waiting(update_id, raw, kind, lane, self.now(), owed) for _ in range(disorder.copies)
        ]
        self.seen.append(several[0])
        if late:
            asyncio.get_running_loop().call_later(late, self._arrive, several)
        else:
            self._arrive(several)

    def inject(self, template: str) -> int:
        """Queue any text as an update; `$id` stands for the next update id."""
        update_id = self._id()
        self.put_raw(template.replace("$id", str(update_id)), update_id, "injected", 0)
        return update_id

    def replay(self, count: int) -> None:
        """Send the last `count` updates once more, confirmed or not."""
        for each in list(self.seen)[-count:]:
            again = Waiting(each.id, each.raw, each.kind, each.lane, self.now(), owed=True)
            self._arrive([again])

    def now(self) -> float:
        """Seconds that only run forward; `aged` makes what waits older."""
        return time.monotonic() + self.aged

    def _id(self) -> int:
        self._next_id += 1
        return self._next_id

    def _arrive(self, several: list[Waiting]) -> None:
        if self.webhook is not None:
            for each in several:
                self._into_lane(each)
            return
        self.waiting.extend(several)
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)

    # -- polling ----------------------------------------------------------------------------------

    async def poll(
        self, *, offset: int, limit: int, timeout: float, allowed: list[str] | None
    ) -> str:
        """The JSON text of the updates from `offset` on; waits up to `timeout` seconds for one."""
        if self.webhook is not None:
            raise conflict(WEBHOOK_ACTIVE)
        self.polls += 1
        self.allow(allowed)
        self.hang_up(OTHER_POLLER)
        self._confirm(offset)
        if not self.waiting and timeout > 0:
            await self._wait(min(timeout, LONGEST_POLL))
        return "[" + ",".join(each.raw for each in self._batch(limit)) + "]"

    def allow(self, kinds: list[str] | None) -> None:
        """Remember which kinds the bot wants; an empty list is the default, None no change."""
        if kinds is not None:
            known = frozenset(each for each in kinds if each in KINDS)
            self.allowed = known or DEFAULT_KINDS

    def hang_up(self, words: str) -> None:
        """End the poll under way, if there is one, with a conflict."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(conflict(words))
        self._poll = None

    async def _wait(self, seconds: float) -> None:
        poll = self._poll = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                await poll
        except TimeoutError:
            pass
        finally:
            if self._poll is poll:
                self._poll = None

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self.waiting = self.waiting[offset:]
        elif offset > 0:
            self.waiting = [
                each
                for each in self.waiting
                if each.id >= offset or (each.owed and not each.delivered)
            ]
        self.waiting = [each for each in self.waiting if not self._expired(each)]

    def _expired(self, update: Waiting) -> bool:
        life = CALLBACK_LIFE if update.kind == "callback_query" else DAY
        return self.now() - update.born >= life

    def _batch(self, limit: int) -> list[Waiting]:
        if self.disorder.shuffle is not None:
            self.disorder.shuffle.shuffle(self.waiting)
        batch = self.waiting[:limit]
        for each in batch:
            each.delivered = True
        return batch

    # -- webhook ----------------------------------------------------------------------------------

    def set_webhook(self, url: str, *, secret: str | None, connections: int, drop: bool) -> None:
        """Deliver to `url` from now on; an empty one ends it. Only this machine is reached."""
        host = urlsplit(url).hostname
        if url and (urlsplit(url).scheme not in ("http", "https") or host is None):
            raise bad_request("bad webhook: invalid webhook URL specified")
        if url and host not in ("127.0.0.1", "localhost", "::1"):
            raise bad_request("bad webhook: the sandbox delivers to this machine only")
        pending = self.waiting + [each for lane in self._lanes.values() for each in lane]
        pending = [] if drop else sorted(pending, key=lambda each: each.id)
        self.waiting = []
        self.stop_delivery()
        self.webhook = Webhook(url, secret, connections) if url else None
        if url:
            self.hang_up("terminated by setWebhook request")
            self._slots = asyncio.Semaphore(connections)
            self._http = AsyncHTTPClient(force_instance=True, max_clients=connections)
        self._arrive(pending)

    def pending(self) -> int:
        """How many updates wait, however they are fetched."""
        return len(self.waiting) + sum(len(lane) for lane in self._lanes.values())

    def stop_delivery(self) -> None:
        """End the deliveries under way; what they carried has not been confirmed."""
        for task in self._tasks:
            task.cancel()
        self._lanes.clear()
        if self._http is not None:
            self._http.close()
            self._http = None

    async def close(self) -> None:
        """End the deliveries and wait until they have ended."""
        self.stop_delivery()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _into_lane(self, update: Waiting) -> None:
        lane = self._lanes.get(update.lane)
        if lane is not None:
            lane.append(update)
            return
        self._lanes[update.lane] = deque([update])
        self._run(self._deliver_lane(update.lane))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        """The one place where the sandbox starts a task; `stop_delivery` ends them all."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver_lane(self, name: int) -> None:
        """Deliver one chat's updates one after another; what fails comes again, ever later."""
        lane = self._lanes[name]
        pause = self._first_pause
        while lane:
            if self.disorder.shuffle is not None:
                self.disorder.shuffle.shuffle(lane)
            update = lane[0]
            async with self._slots:
                delivered = self._expired(update) or await self._deliver(update)
            if delivered:
                lane.remove(update)
                pause = self._first_pause
            else:
                await asyncio.sleep(pause)
                pause = min(2 * pause, 60.0)
        del self._lanes[name]

    async def _deliver(self, update: Waiting) -> bool:
        webhook, client = self.webhook, self._http
        assert webhook is not None
        assert client is not None
        headers = {"Content-Type": "application/json"}
        if webhook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret
        request = HTTPRequest(
            webhook.url,
            method="POST",
            headers=headers,
            body=update.raw.encode("utf-8", "surrogatepass"),
            follow_redirects=False,
            connect_timeout=5.0,
            request_timeout=60.0,
        )
        try:
            response = await client.fetch(request, raise_error=False)
        except (OSError, HTTPError) as error:
            problem = "Connection refused" if isinstance(error, OSError) else str(error)
        else:
            if 200 <= response.code < 300:
                return True
            problem = f"Wrong response from the webhook: {response.code} {response.reason}"
        webhook.last_error = (self._hour(), problem)
        return False
