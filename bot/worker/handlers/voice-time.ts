/** One change of a member: in a voice channel or in none. */
export interface Transition {
  readonly id: string;
  readonly atMs: number;
  /** Tells changes of the same millisecond apart. */
  readonly sequence: number;
  readonly inVoice: boolean;
}

/** Time of one member in voice. */
export interface VoiceTime {
  /** Counted and closed, up to `settledAtMs`. */
  readonly settledMs: number;
  readonly settledAtMs: number;
  readonly settledInVoice: boolean;
  /** Changes after that, oldest first: kept so that a late or repeated one finds its place. */
  readonly recent: readonly Transition[];
}

export const NO_VOICE_TIME: VoiceTime = { settledMs: 0, settledAtMs: 0, settledInVoice: false, recent: [] };

/** Events may come late by as many changes of the same member. */
const KEPT_TRANSITIONS = 16;

/**
 * Adds a change, wherever in time it belongs: workers handle events side by side, so a leave may come
 * before its join. Returns the same object when the change is known already or too old to be told apart.
 */
export function addTransition(time: VoiceTime, change: Transition): VoiceTime {
  if (change.atMs < time.settledAtMs || time.recent.some(({ id }) => id === change.id)) return time;
  const recent = [...time.recent, change].toSorted((a, b) => a.atMs - b.atMs || a.sequence - b.sequence);
  const [oldest] = recent;
  if (recent.length <= KEPT_TRANSITIONS || !oldest) return { ...time, recent };
  return {
    settledMs: time.settledMs + (time.settledInVoice ? oldest.atMs - time.settledAtMs : 0),
    settledAtMs: oldest.atMs,
    settledInVoice: oldest.inVoice,
    recent: recent.slice(1),
  };
}

/** All time in voice until now. */
export function totalMs(time: VoiceTime, nowMs: number): number {
  let total = time.settledMs;
  let sinceMs = time.settledAtMs;
  let inVoice = time.settledInVoice;
  for (const change of time.recent) {
    if (inVoice) total += change.atMs - sinceMs;
    sinceMs = change.atMs;
    inVoice = change.inVoice;
  }
  return inVoice ? total + Math.max(0, nowMs - sinceMs) : total;
}
