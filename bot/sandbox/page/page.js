// The chat page of the sandbox: draws the phones, sends what hands do, follows the news.

const WORDS = {
  en: {
    start: "Start", block: "Block", unblock: "Unblock", blocked: "blocked", bot: "bot", group: "group",
    write: "Message", send: "Send", attach: "Attach files", menu: "Commands", reply: "Reply",
    edit: "Edit", editing: "Edit message", edited: "edited", cancel: "Cancel", typing: "is typing…",
    uploading: "is sending a file…", messages: "Messages", chats: "Chats", photo: "Photo",
    document: "File", voice: "Voice message", audio: "Music", video: "Video", sticker: "Sticker",
    location: "Location", asPhoto: "as photo", asDocument: "as file", asVoice: "as voice message",
    asAudio: "as music", asVideo: "as video", copied: "Copied", pinned: "Pinned", silent: "without sound",
  },
  fr: {
    start: "Démarrer", block: "Bloquer", unblock: "Débloquer", blocked: "bloqué", bot: "bot",
    group: "groupe", write: "Message", send: "Envoyer", attach: "Joindre des fichiers",
    menu: "Commandes", reply: "Répondre", edit: "Modifier", editing: "Modifier le message",
    edited: "modifié", cancel: "Annuler", typing: "écrit…", uploading: "envoie un fichier…",
    messages: "Messages", chats: "Discussions", photo: "Photo", document: "Fichier",
    voice: "Message vocal", audio: "Musique", video: "Vidéo", sticker: "Autocollant",
    location: "Position", asPhoto: "en photo", asDocument: "en fichier", asVoice: "en message vocal",
    asAudio: "en musique", asVideo: "en vidéo", copied: "Copié", pinned: "Épinglé", silent: "sans son",
  },
  ar: {
    start: "ابدأ", block: "حظر", unblock: "إلغاء الحظر", blocked: "محظور", bot: "بوت", group: "مجموعة",
    write: "رسالة", send: "إرسال", attach: "إرفاق ملفات", menu: "الأوامر", reply: "رد",
    edit: "تعديل", editing: "تعديل الرسالة", edited: "معدّلة", cancel: "إلغاء", typing: "يكتب…",
    uploading: "يرسل ملفًا…", messages: "الرسائل", chats: "المحادثات", photo: "صورة",
    document: "ملف", voice: "رسالة صوتية", audio: "مقطع صوتي", video: "فيديو", sticker: "ملصق",
    location: "موقع", asPhoto: "كصورة", asDocument: "كملف", asVoice: "كرسالة صوتية",
    asAudio: "كمقطع صوتي", asVideo: "كفيديو", copied: "نُسخ", pinned: "مثبّتة", silent: "بلا صوت",
  },
};
const RIGHT_TO_LEFT = new Set(["ar", "fa", "he", "ur"]);
const KINDS = ["photo", "document", "voice", "audio", "video"];
const phones = new Map();
const $ = (id) => document.getElementById(id);
let network = { bots: [], phones: [], ahead: 0, now: 0, cursor: 0 };
let cursor = 0;
let skew = 0; // seconds from this machine's clock to the sandbox's

async function call(verb, path, body) {
  const options = { method: verb };
  if (body instanceof FormData) options.body = body;
  else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  const response = await fetch(path, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? response.statusText);
  return answer;
}

function made(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** The lines of a formatted text, each in its own direction. The HTML is the server's own, escaped. */
function lines(html) {
  const source = made("template", { innerHTML: html }).content;
  const found = [made("div", { dir: "auto" })];
  const walk = (node, path) => {
    if (node.nodeType === Node.TEXT_NODE) {
      node.data.split("\n").forEach((part, number) => {
        if (number) found.push(made("div", { dir: "auto" }));
        if (part) branch(found.at(-1), path).append(part);
      });
      return;
    }
    for (const child of node.childNodes) walk(child, [...path, node]);
  };
  for (const child of source.childNodes) walk(child, []);
  for (const command of found.flatMap((line) => [...line.querySelectorAll(".command")])) {
    command.replaceWith(made("button", { type: "button", className: "command" }, command.textContent));
  }
  return found;
}

/** The innermost copy of a path of elements at the end of a line; goes on with what is open there. */
function branch(line, path) {
  let place = line;
  for (const element of path) {
    const last = place.lastChild;
    if (last?.source === element) place = last;
    else {
      const copy = element.cloneNode(false);
      copy.source = element;
      place.append(copy);
      place = copy;
    }
  }
  return place;
}

class Phone {
  constructor(known) {
    this.id = known.id;
    this.messages = new Map();
    this.replying = null;
    this.editing = null;
    this.files = [];
    this.follows = true; // the list stays at its end until somebody scrolls up
    this.language = (known.language ?? "en").toLowerCase().split(/[-_]/)[0];
    this.words = WORDS[this.language] ?? WORDS.en;
    this.root = $("phone-template").content.firstElementChild.cloneNode(true);
    this.root.id = `phone-${known.id}`;
    this.root.lang = known.language ?? "en";
    this.locale = this.language === "en" ? "en-GB" : this.root.lang;
    this.root.dir = RIGHT_TO_LEFT.has(this.language) ? "rtl" : "ltr";
    this.part = (selector) => this.root.querySelector(selector);
    this.list = this.part(".messages");
    this.input = this.part("textarea");
    this.dress(known);
    this.listen();
    this.know(known);
  }

  /** Words and labels that stay. */
  dress(known) {
    const say = this.words;
    this.note = known.note;
    this.root.setAttribute("aria-label", known.note ? `${known.name}, ${known.note}` : known.name);
    this.part("h2").textContent = known.name;
    this.part("h2").dir = "auto";
    this.part(".avatar").textContent = [...known.name][0].toUpperCase();
    this.list.setAttribute("aria-label", `${say.messages}: ${known.name}`);
    this.part(".chats").setAttribute("aria-label", say.chats);
    this.part(".alert").setAttribute("aria-label", known.name);
    this.input.placeholder = say.write;
    this.input.setAttribute("aria-label", `${say.write}: ${known.name}`);
    for (const [name, word] of [["send", "send"], ["attach", "attach"], ["menu", "menu"], ["cancel", "cancel"]]) {
      this.part(`.${name}`).setAttribute("aria-label", say[word]);
      this.part(`.${name}`).title = say[word];
    }
  }

  listen() {
    const composer = this.part(".composer");
    composer.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("input", () => this.grow());
    this.input.addEventListener("paste", (event) => {
      if (event.clipboardData.files.length) this.attach(event.clipboardData.files);
    });
    this.part(".attach").addEventListener("click", () => this.part("input[type=file]").click());
    this.part("input[type=file]").addEventListener("change", (event) => {
      this.attach(event.target.files);
      event.target.value = "";
    });
    this.part(".menu").addEventListener("click", () => this.menu(this.part(".commands").hidden));
    this.part(".cancel").addEventListener("click", () => this.turn());
    this.part(".start").addEventListener("click", () => this.act(this.chat?.blocked ? "unblock" : "start"));
    this.part(".block").addEventListener("click", () => this.act("block"));
    this.part(".chats").addEventListener("change", (event) => this.look(event.target.value));
    this.list.addEventListener("scroll", () => this.scrolled());
    new ResizeObserver(() => this.end(this.follows)).observe(this.list);
    composer.addEventListener("focusout", (event) => {
      if (!composer.contains(event.relatedTarget)) this.menu(false);
    });
    this.root.addEventListener("click", (event) => this.click(event));
    this.root.addEventListener("keydown", (event) => { if (event.key === "Escape") { this.turn(); this.menu(false); } });
    this.root.addEventListener("dragover", (event) => { event.preventDefault(); this.root.classList.add("dropping"); });
    this.root.addEventListener("dragleave", () => this.root.classList.remove("dropping"));
    this.root.addEventListener("drop", (event) => {
      event.preventDefault();
      this.root.classList.remove("dropping");
      this.attach(event.dataTransfer.files);
    });
  }

  /** Take in what the server knows of this phone: its chats and their menus. */
  know(known) {
    this.chats = [...known.chats];
    for (const bot of network.bots) {
      const key = `${bot.id}.${this.id}`;
      if (!this.chats.some((each) => each.key === key)) {
        this.chats.push({ key, kind: "private", title: bot.name, bot: bot.username, commands: [], pinned: [], blocked: false, unstarted: true });
      }
    }
    const select = this.part(".chats");
    select.hidden = this.chats.length < 2;
    select.replaceChildren(...this.chats.map((each) => made("option", { value: each.key }, each.title)));
    const shown = this.chats.find((each) => each.key === this.chatKey) ?? this.chats[0];
    if (!shown) return;
    if (shown.key !== this.chatKey || this.chat?.unstarted !== shown.unstarted) this.look(shown.key);
    else { this.chat = shown; this.frame(); }
  }

  /** Show another chat. */
  async look(key) {
    this.chatKey = key;
    this.chat = this.chats.find((each) => each.key === key);
    this.part(".chats").value = key;
    this.messages.clear();
    this.list.replaceChildren();
    this.frame();
    if (this.chat.unstarted) return;
    const known = await this.call("GET", "messages");
    if (!known || key !== this.chatKey) return;
    this.chat = known.chat;
    this.list.setAttribute("aria-busy", "true");
    for (const view of known.messages) this.show(view, false);
    this.list.removeAttribute("aria-busy");
    this.frame();
    this.end(true);
  }

  /** What stands around the messages. */
  frame() {
    const { chat, words: say } = this;
    const title = (chat.kind === "private" && this.note) || chat.title;
    this.part(".bot").textContent = chat.blocked ? `${title}, ${say.blocked}` : title;
    const start = chat.unstarted || chat.blocked;
    this.part(".start").hidden = !start;
    this.part(".start").textContent = chat.blocked ? say.unblock : say.start;
    this.part(".composer").hidden = start || chat.closed;
    this.part(".block").hidden = start || chat.kind !== "private";
    this.part(".block").textContent = say.block;
    this.part(".menu").hidden = !chat.commands.length;
    this.part(".commands").replaceChildren(...chat.commands.map((each) => made("li", { role: "none" },
      made("button", { type: "button", role: "menuitem", onclick: () => this.command(each.command) },
        made("b", {}, `/${each.command}`), made("span", { dir: "auto" }, each.description)))));
    const pinned = this.messages.get(chat.pinned.at(-1));
    this.part(".pinned").hidden = !pinned;
    this.part(".pinned").textContent = pinned ? `${say.pinned}: ${pinned.text.split("\n")[0]}` : "";
  }

  async call(verb, path, body) {
    try {
      return await call(verb, `/api/phones/${this.id}/chats/${this.chatKey}/${path}`, body);
    } catch (error) {
      this.toast(error.message);
      return null;
    }
  }

  act(what) { return this.call("POST", what, {}); }

  // -- messages ----------------------------------------------------------------------------------

  show(view, isNews = true) {
    const known = this.messages.get(view.id);
    this.messages.set(view.id, view);
    const stays = this.follows;
    const element = this.draw(view);
    if (known) this.list.querySelector(`[data-id="${view.id}"]`).replaceWith(element);
    else {
      const before = [...this.messages.values()].at(-2);
      const day = this.day(view.date);
      if (!before || this.day(before.date) !== day) this.list.append(made("div", { className: "day" }, day));
      this.list.append(element);
    }
    if (known && isNews) element.classList.add("changed");
    if (!this.mine(view) && isNews) this.typing();
    this.end(stays || (this.mine(view) && !known));
  }

  mine(view) { return !view.from_bot && view.sender === this.id; }

  day(seconds) {
    return new Date(1000 * seconds).toLocaleDateString(this.locale, { weekday: "long", day: "numeric", month: "long" });
  }

  draw(view) {
    const say = this.words;
    const mine = this.mine(view);
    const bubble = made("div", { className: "bubble" });
    if (!mine && this.chat.kind !== "private") bubble.append(made("div", { className: "author", dir: "auto" }, view.from));
    if (view.reply) {
      bubble.append(made("button", { type: "button", className: "quote", onclick: () => this.find(view.reply.id) },
        made("b", { dir: "auto" }, view.reply.from),
        made("span", { dir: "auto" }, view.reply.text || say[view.reply.kind] || "")));
    }
    bubble.append(...view.files.map((file) => this.file(file)));
    if (view.location) bubble.append(made("div", {}, `${say.location}: ${view.location.latitude}, ${view.location.longitude}`));
    if (view.html) bubble.append(made("div", { className: "text" }, ...lines(view.html)));
    bubble.append(this.foot(view, mine));
    const element = made("div", { className: mine ? "message mine" : "message" }, bubble);
    element.dataset.id = view.id;
    if (view.rows.length) element.append(this.keyboard(view));
    return element;
  }

  foot(view, mine) {
    const say = this.words;
    const time = new Date(1000 * view.date);
    const acts = made("span", { className: "acts" },
      made("button", { type: "button", className: "plain", onclick: () => this.turn({ replying: view }) }, say.reply));
    if (mine) acts.append(made("button", { type: "button", className: "plain", onclick: () => this.turn({ editing: view }) }, say.edit));
    const foot = made("div", { className: "foot" }, acts);
    if (view.edited) foot.append(made("span", {}, say.edited));
    if (view.silent) foot.append(made("span", { title: say.silent, ariaLabel: say.silent, role: "img" }, "◌"));
    foot.append(made("time", { dateTime: time.toISOString() },
      time.toLocaleTimeString(this.locale, { hour: "2-digit", minute: "2-digit" })));
    return foot;
  }

  file(file) {
    const link = `/api/phones/${this.id}/files/${file.id}`;
    const name = this.words[file.kind];
    if (file.kind === "photo") {
      const picture = made("img", { className: "photo", src: link, alt: name, width: file.width, height: file.height });
      picture.style.height = "auto";
      picture.addEventListener("load", () => this.end(this.follows));
      return made("a", { className: "photo-link", href: link, target: "_blank", rel: "noopener" }, picture);
    }
    if (file.kind === "voice" || file.kind === "audio") {
      const player = made("audio", { controls: true, preload: "none", src: link });
      player.setAttribute("aria-label", name);
      return player;
    }
    if (file.kind === "video") return made("video", { controls: true, preload: "none", src: link, ariaLabel: name });
    const sign = file.name.includes(".") ? file.name.split(".").at(-1).slice(0, 4).toUpperCase() : "•";
    return made("a", { className: "file", href: link, download: file.name },
      made("span", { className: "sign", ariaHidden: "true" }, sign),
      made("span", {}, made("bdi", { className: "name" }, file.name),
        made("span", { className: "size" }, this.bytes(file.size))));
  }

  bytes(bytes) {
    const [unit, value] = bytes < 1e3 ? ["byte", bytes] : bytes < 1e6 ? ["kilobyte", bytes / 1e3] : ["megabyte", bytes / 1e6];
    return new Intl.NumberFormat(this.locale, { style: "unit", unit, maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
  }

  keyboard(view) {
    const rows = view.rows.map((row, r) => made("div", { className: "row" }, ...row.map((button, c) =>
      made("button", { type: "button", dir: "auto", onclick: (event) => this.tap(view, r, c, event.currentTarget) },
        button.kind === "link" ? `${button.text} ↗` : button.text))));
    return made("div", { className: "keyboard" }, ...rows);
  }

  async tap(view, row, column, button) {
    button.classList.add("waiting");
    button.setAttribute("aria-busy", "true");
    setTimeout(() => this.calm(view.id), 15000);
    const found = await this.call("POST", "taps", { message: view.id, row, column });
    if (!found?.query) this.calm(view.id);
    if (found?.url) this.open(found.url);
    if (found?.copied) {
      await navigator.clipboard?.writeText(found.copied).catch(() => undefined);
      this.toast(`${this.words.copied}: ${found.copied}`);
    }
  }

  calm(number) {
    for (const each of this.list.querySelectorAll(`[data-id="${number}"] .waiting`)) {
      each.classList.remove("waiting");
      each.removeAttribute("aria-busy");
    }
  }

  click(event) {
    const command = event.target.closest(".command");
    if (command) return this.post({ text: command.textContent });
    const link = event.target.closest(".text a[href^='https://t.me/']");
    if (link) {
      event.preventDefault();
      this.open(link.href);
    }
  }

  async open(url) {
    if (!url.startsWith("https://t.me/")) { window.open(url, "_blank", "noopener,noreferrer"); return; }
    try {
      const chat = await call("POST", `/api/phones/${this.id}/opens`, { link: url });
      if (chat.key !== this.chatKey) this.look(chat.key);
    } catch (error) { this.toast(error.message); }
  }

  find(number) {
    const element = this.list.querySelector(`[data-id="${number}"]`);
    element?.scrollIntoView({ block: "center" });
    element?.classList.remove("changed");
    requestAnimationFrame(() => element?.classList.add("changed"));
  }

  /** Somebody scrolled, unless the list only changed its size. */
  scrolled() {
    const { scrollHeight, scrollTop, clientHeight, clientWidth } = this.list;
    const size = `${scrollHeight} ${clientHeight} ${clientWidth}`;
    if (size === this.size) this.follows = scrollHeight - scrollTop - clientHeight < 60;
    else this.end(this.follows);
    this.size = size;
  }

  end(wanted) { if (wanted) this.list.scrollTop = this.list.scrollHeight; }

  typing(action) {
    clearTimeout(this.typed);
    const say = this.words;
    this.part(".typing").textContent = action ? `${this.chat.title} ${action.startsWith("upload") ? say.uploading : say.typing}` : "";
    if (action) this.typed = setTimeout(() => this.typing(), 5000);
  }

  toast(words) {
    clearTimeout(this.toasted);
    const toast = this.part(".toast");
    toast.textContent = words;
    toast.dir = "auto";
    toast.classList.add("shown");
    this.toasted = setTimeout(() => toast.classList.remove("shown"), 4000);
  }

  // -- writing -----------------------------------------------------------------------------------

  key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    } else if (event.key === "ArrowUp" && !this.input.value) {
      const own = [...this.messages.values()].filter((each) => this.mine(each)).at(-1);
      if (own) { event.preventDefault(); this.turn({ editing: own }); }
    }
  }

  grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight + 2}px`;
    const typed = this.input.value;
    this.menu(/^\/\w*$/.test(typed) && this.chat.commands.some((each) => `/${each.command}`.startsWith(typed)), typed);
  }

  menu(open, typed = "/") {
    const list = this.part(".commands");
    list.hidden = !open;
    this.part(".menu").setAttribute("aria-expanded", String(open));
    for (const item of list.children) item.hidden = !item.querySelector("b").textContent.startsWith(typed);
  }

  command(name) {
    this.menu(false);
    this.input.value = "";
    this.grow();
    this.post({ text: `/${name}` });
    this.input.focus();
  }

  /** Begin or end a reply or an edit. */
  turn({ replying = null, editing = null } = {}) {
    if (this.editing && !editing) this.input.value = "";
    Object.assign(this, { replying, editing });
    const about = replying ?? editing;
    this.part(".context").hidden = !about;
    this.part(".context span").textContent = about
      ? `${editing ? this.words.editing : replying.from}: ${about.text.split("\n")[0]}` : "";
    if (editing) this.input.value = editing.text;
    if (about) this.input.focus();
    this.grow();
  }

  attach(files) {
    this.files.push(...files);
    this.tray();
    this.input.focus();
  }

  /** The files that are about to go, and as what. */
  tray() {
    const tray = this.part(".tray");
    tray.hidden = !this.files.length;
    const choice = made("select", { ariaLabel: this.words.attach }, ...KINDS.map((kind) =>
      made("option", { value: kind }, this.words[`as${kind[0].toUpperCase()}${kind.slice(1)}`])));
    choice.value = this.kind(this.files);
    tray.replaceChildren(...this.files.map((file) => made("li", {}, made("bdi", {}, file.name))), choice,
      made("button", { type: "button", className: "plain", ariaLabel: this.words.cancel, onclick: () => { this.files = []; this.tray(); } }, "✕"));
  }

  kind(files) {
    const kinds = new Set([...files].map((file) => {
      const [main, sub] = file.type.split("/");
      if (main === "image" && ["png", "jpeg", "webp"].includes(sub)) return "photo";
      if (main === "audio") return sub === "ogg" ? "voice" : "audio";
      return main === "video" ? "video" : "document";
    }));
    return kinds.size === 1 ? [...kinds][0] : "document";
  }

  async send() {
    const text = this.input.value;
    const { replying, editing, files } = this;
    if (!text.trim() && !files.length) return;
    let sent;
    if (editing) sent = await this.call("PATCH", `messages/${editing.id}`, { text });
    else if (files.length) {
      const form = new FormData();
      form.set("kind", this.part(".tray select").value);
      form.set("caption", text);
      if (replying) form.set("reply_to", replying.id);
      files.forEach((file, number) => form.set(`file${number}`, file, file.name));
      sent = await this.call("POST", "files", form);
    } else sent = await this.post({ text, ...(replying && { reply_to: replying.id }) });
    if (!sent) return;
    this.files = [];
    this.tray();
    this.editing = null;
    this.input.value = "";
    this.turn();
  }

  post(body) { return this.call("POST", "messages", body); }

  // -- news --------------------------------------------------------------------------------------

  hear(event) {
    if (event.chat !== this.chatKey) return;
    if (event.message) { this.calm(event.message_id); this.show(event.message); }
    if (event.kind === "deleted") {
      this.messages.delete(event.message_id);
      this.list.querySelector(`[data-id="${event.message_id}"]`)?.remove();
    }
    if (event.kind === "typing") this.typing(event.action);
    if (event.kind === "answer") this.answer(event);
    if (event.kind === "pinned") this.refresh();
    if (event.kind === "blocked" || event.kind === "unblocked") {
      this.chat.blocked = event.kind === "blocked";
      this.frame();
    }
  }

  answer(event) {
    this.calm(event.message_id);
    if (!event.text) return;
    if (!event.alert) { this.toast(event.text); return; }
    this.part(".alert p").textContent = event.text;
    this.part(".alert").showModal();
  }

  async refresh() {
    const known = await this.call("GET", "messages?after=999999999999");
    if (known) { this.chat = known.chat; this.frame(); }
  }
}

// -- the whole page ------------------------------------------------------------------------------

async function meet() {
  network = await call("GET", "/api/network");
  if (network.cursor < cursor) { location.reload(); return; }
  clock(network);
  for (const known of network.phones) {
    const phone = phones.get(known.id);
    if (phone) phone.know(known);
    else {
      const added = new Phone(known);
      phones.set(known.id, added);
      $("phones").append(added.root);
    }
  }
}

async function follow() {
  for (;;) {
    try {
      const news = await call("GET", `/api/news?cursor=${cursor}&wait=25`);
      $("lost").hidden = true;
      if (news.missed) { location.reload(); return; }
      cursor = news.cursor;
      await hearAll(news.events);
    } catch {
      $("lost").textContent = "The sandbox does not answer. Trying again…";
      $("lost").hidden = false;
      await new Promise((resolve) => { setTimeout(resolve, 1500); });
      await meet().catch(() => undefined);
    }
  }
}

async function hearAll(events) {
  const whole = new Set(["phones", "chats", "menu", "bots"]);
  if (events.some((event) => whole.has(event.kind))) await meet();
  for (const event of events) {
    if (event.kind === "clock") clock(event);
    const receivers = event.people ?? [...phones.keys()];
    for (const id of receivers) phones.get(id)?.hear(event);
  }
}

function clock({ now, ahead }) {
  skew = now - Date.now() / 1000;
  network.ahead = ahead;
  tick();
}

function tick() {
  const now = new Date(Date.now() + 1000 * skew);
  $("now").textContent = now.toLocaleString("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
  const hours = Math.round(network.ahead / 3600);
  const [days, rest] = [Math.floor(hours / 24), hours % 24];
  const parts = [days && `${days} d`, rest && `${rest} h`].filter(Boolean);
  $("ahead").textContent = parts.length ? `(${parts.join(" ")} ahead)` : "";
}

function untilMorning() {
  const now = Date.now() / 1000 + skew;
  const morning = new Date(1000 * now);
  morning.setUTCHours(9, 30, 0, 0);
  while (morning / 1000 <= now || [0, 6].includes(morning.getUTCDay())) {
    morning.setUTCDate(morning.getUTCDate() + 1);
  }
  return Math.ceil(morning / 1000 - now);
}

async function moveClock(button, seconds) {
  button.disabled = true;
  await call("POST", "/clock", { seconds }).catch(() => undefined);
  button.disabled = false;
}

for (const button of document.querySelectorAll("[data-ahead]")) {
  button.addEventListener("click", () => moveClock(button, Number(button.dataset.ahead)));
}
$("morning").addEventListener("click", () => moveClock($("morning"), untilMorning()));

$("add").addEventListener("submit", async (event) => {
  event.preventDefault();
  await call("POST", "/api/phones", Object.fromEntries(new FormData(event.target)));
  event.target.reset();
  $("adder").open = false;
});

await meet();
cursor = network.cursor;
setInterval(tick, 5000);
follow();
