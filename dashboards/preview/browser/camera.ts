import { chromium, type Browser } from 'playwright-core';

import type { Size } from '../draw/html.ts';
import { compactPng } from './png.ts';

/** For a browser that root starts on a server, that shows one page and talks to nobody. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--hide-scrollbars',
  '--font-render-hinting=none',
];
const START_TIMEOUT_MS = 60_000;

/** A headless Chromium with a profile of its own, which is removed with it. */
export class Camera implements AsyncDisposable {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(executablePath: string): Promise<Camera> {
    return new Camera(
      await chromium.launch({
        executablePath,
        headless: true,
        args: FLAGS,
        timeout: START_TIMEOUT_MS,
        // It would end the process at once, and leave a fleet behind.
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
      }),
    );
  }

  /** A page as PNG, one pixel a pixel. The page may load nothing. */
  async picture(html: string, { width, height }: Size): Promise<Buffer> {
    const context = await this.#browser.newContext({
      viewport: { width, height },
      deviceScaleFactor: 1,
      offline: true,
      javaScriptEnabled: false,
    });
    try {
      const page = await context.newPage();
      await page.setContent(html, { waitUntil: 'load' });
      return compactPng(await page.screenshot({ type: 'png', animations: 'disabled' }));
    } finally {
      await context.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}
