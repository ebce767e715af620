import { WebSocket } from 'ws';

/** A socket whose answer to the client's close frame can be held back. */
export class SimulatorSocket extends WebSocket {
  /** While it returns true the client's close frame stays unanswered. */
  ignoresClose: () => boolean = () => false;

  /** The library calls this to answer a close frame. */
  override close(code?: number, data?: string | Buffer): void {
    const answersClient = this.readyState === this.OPEN;
    if (!answersClient || !this.ignoresClose()) super.close(code, data);
  }

  closeAsServer(code: number, reason: string): void {
    super.close(code, reason);
  }
}
