/** What a route answers; without a body it is 204-like. */
export interface Reply {
  readonly status: number;
  /** An object, or JSON text. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const NO_CONTENT: Reply = { status: 204 };

export function ok(body: unknown): Reply {
  return { status: 200, body };
}

/** The error codes that are answered with: https://docs.discord.com/developers/topics/opcodes-and-status-codes#json */
export const ERRORS = {
  unauthorized: { status: 401, code: 0, message: '401: Unauthorized' },
  notFound: { status: 404, code: 0, message: '404: Not Found' },
  methodNotAllowed: { status: 405, code: 0, message: '405: Method Not Allowed' },
  serverError: { status: 500, code: 0, message: '500: Internal Server Error' },
  unknownChannel: { status: 404, code: 10_003, message: 'Unknown Channel' },
  unknownGuild: { status: 404, code: 10_004, message: 'Unknown Guild' },
  unknownMember: { status: 404, code: 10_007, message: 'Unknown Member' },
  unknownMessage: { status: 404, code: 10_008, message: 'Unknown Message' },
  unknownUser: { status: 404, code: 10_013, message: 'Unknown User' },
  unknownWebhook: { status: 404, code: 10_015, message: 'Unknown Webhook' },
  unknownInteraction: { status: 404, code: 10_062, message: 'Unknown interaction' },
  alreadyAcknowledged: {
    status: 400,
    code: 40_060,
    message: 'Interaction has already been acknowledged.',
  },
  emptyMessage: { status: 400, code: 50_006, message: 'Cannot send an empty message' },
  invalidJson: { status: 400, code: 50_109, message: 'The request body contains invalid JSON.' },
  invalidForm: { status: 400, code: 50_035, message: 'Invalid Form Body' },
} as const;

export function fail(error: (typeof ERRORS)[keyof typeof ERRORS]): Reply {
  return { status: error.status, body: { message: error.message, code: error.code } };
}
