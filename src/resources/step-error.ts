/** Thrown inside a step: the resource cannot be had. */
export class StepError extends Error {
  override readonly name = 'StepError';
  readonly hint: string;
  readonly transient: boolean;

  constructor(message: string, hint: string, options: { transient?: boolean } = {}) {
    super(message);
    this.hint = hint;
    this.transient = options.transient ?? false;
  }
}
