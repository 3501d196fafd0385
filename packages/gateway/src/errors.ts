/** Discord has refused the bot for good: nothing is retried, a person must act. */
export class FatalGatewayError extends Error {
  override readonly name = 'FatalGatewayError';
  readonly kind = 'fatal';
  readonly retryable = false;
  readonly closeCode: number;

  constructor(closeCode: number, advice: string) {
    super(`Discord closed the gateway with ${closeCode}. ${advice}`);
    this.closeCode = closeCode;
  }
}
