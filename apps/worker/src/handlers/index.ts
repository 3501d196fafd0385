import type { Handler } from '@arrakis/bot';
import { colour } from './colour.ts';
import { community, type CommunityParts } from './community.ts';
import { echo } from './echo.ts';
import { feedback } from './feedback.ts';
import { memberCard } from './member-card.ts';
import { ping } from './ping.ts';
import { poll } from './poll.ts';
import { quote } from './quote.ts';

/** All that this bot does. */
export function createHandlers({ state, log }: CommunityParts): Handler[] {
  return [ping, echo, colour, ...poll, ...feedback(log), memberCard, quote, ...community({ state, log })];
}
