/**
 * The idempotent consumer (Enterprise Integration Patterns, "Idempotent Receiver"): claim → effect → done → ack.
 *
 * A claim is a lease with a fence. Lease: it is renewed while its owner lives, so that what a dead worker held is free
 * again soon. Fence: a number that rises with every claim, so that a worker which slept through its lease cannot mark
 * as done what somebody else is at, and cannot overwrite what that one has written.
 */
export interface ClaimStore {
  /**
   * Claims the event of this id.
   * @throws {StateUnavailableError}
   */
  claim(eventId: string, options?: ClaimRequest): Promise<ClaimResult>;
}

export interface ClaimRequest {
  /** Also claims an event that is suspected: the caller runs no other suspected event meanwhile. */
  readonly isolated?: boolean;
  /** Called at most once, when somebody else has taken the event over while this claim was held. */
  readonly onLost?: () => void;
}

/** The claim of one worker on one event; renewed by itself until it is ended in one of these ways. */
export interface Claim {
  /** Higher than that of every earlier claim. A store that keeps the highest it has seen refuses late writers. */
  readonly fence: number;
  /**
   * The event has been dealt with: for 24 h a duplicate is recognised. False when somebody else has taken it over.
   * @throws {StateUnavailableError}
   */
  done(): Promise<boolean>;
  /**
   * The event has not been dealt with: somebody may claim it at once. `suspected`: this process is about to end in
   * failure, and the event may be the reason.
   * @throws {StateUnavailableError}
   */
  release(options?: { readonly suspected?: boolean }): Promise<void>;
  /**
   * The event may still be worked on, though nobody waits for it any more: it is free when the lease is over.
   * @throws {StateUnavailableError}
   */
  leave(): Promise<void>;
}

export type ClaimResult =
  | { readonly outcome: 'claimed'; readonly claim: Claim }
  /** Another worker is at it, or died at it not long ago. */
  | { readonly outcome: 'busy' }
  /** It has been dealt with. */
  | { readonly outcome: 'done' }
  /**
   * Not claimed: as many workers as `deaths` says have ended in the middle of it. It may be what killed them, or only
   * have been there; whoever runs it alone finds out.
   */
  | { readonly outcome: 'suspected'; readonly deaths: number };

export interface ClaimOptions {
  /** How long a claim holds without being renewed, in ms. */
  readonly leaseMs?: number;
  /** How long a duplicate is recognised, in ms. */
  readonly rememberMs?: number;
}
