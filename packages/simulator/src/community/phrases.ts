/** What members of the simulated community say. */
export const phrases = [
  'Good morning, everyone',
  'Does anyone have the notes from yesterday?',
  'That was a great session',
  'I will be ten minutes late',
  'Who is in for Saturday?',
  'Thanks, that helped a lot',
  'Can we move this to next week?',
  'The new channel names are much better',
  'I could not reproduce it, sorry',
  'Welcome aboard!',
] as const;

/** The nicknames that members give themselves. */
export const nicknames = [
  'afk',
  'on holiday',
  'night owl',
  'new here',
  'team blue',
  'team green',
  'coffee first',
] as const;
