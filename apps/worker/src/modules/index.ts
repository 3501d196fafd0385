import type { Module } from '@arrakis/bot';
import { colour } from './colour.ts';
import { community } from './community.ts';
import { echo } from './echo.ts';
import { feedback } from './feedback.ts';
import { memberCard } from './member-card.ts';
import { ping } from './ping.ts';
import { poll } from './poll.ts';
import { quote } from './quote.ts';

/** All that this bot does. */
export const modules: readonly Module[] = [
  { name: 'basics', commands: [ping, echo, colour, memberCard, quote] },
  poll,
  feedback,
  community,
];
