// Server-sent events over fetch, because EventSource cannot carry a token. Comes back by itself where it ended.
import { request } from "./api.js";

const SILENCE = 40_000; // the service sends a beat every 15 s
const LONGEST_PAUSE = 15_000;

export class LiveStream {
  // told(name, data): snapshot or changes. state(name): connecting, live, reconnecting; failed(error): it has given up.
  constructor(url, language, { told, state, failed }) {
    Object.assign(this, { url, language, told, state, failed, last: null, pause: 500, closed: false });
    this.run();
  }

  close() {
    this.closed = true;
    this.abort?.abort();
  }

  async run() {
    this.state("connecting");
    while (!this.closed) {
      try {
        await this.once();
      } catch (error) {
        if (this.closed) return;
        if (error.status && error.status < 500 && error.status !== 429) return this.failed(error);
      }
      if (this.closed) return;
      this.state("reconnecting");
      await new Promise((done) => setTimeout(done, this.pause * (0.75 + Math.random() / 2)));
      this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
    }
  }

  async once() {
    this.abort = new AbortController();
    const headers = { accept: "text/event-stream", ...(this.last ? { "last-event-id": this.last } : {}) };
    const answer = await request(this.url, this.language, { headers, signal: this.abort.signal });
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    let timer = null;
    try {
      for (;;) {
        timer = setTimeout(() => this.abort.abort(), SILENCE);
        const { value, done } = await reader.read();
        clearTimeout(timer);
        if (done) return;
        this.pause = 500;
        this.state("live");
        const blocks = (rest + value).split("\n\n");
        rest = blocks.pop();
        for (const block of blocks) this.take(block);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  take(block) {
    const field = {};
    for (const line of block.split("\n")) {
      const at = line.indexOf(": ");
      if (at > 0) field[line.slice(0, at)] = line.slice(at + 2);
    }
    if (field.event === "end") {
      if (JSON.parse(field.data).reason === "token_expired") throw Object.assign(new Error(), { status: 401, code: "token_expired" });
    } else if (field.data && !this.closed) {
      this.told(field.event, JSON.parse(field.data));
    }
    if (field.id !== undefined) this.last = field.id;
  }
}
