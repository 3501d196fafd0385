import { afterAll } from 'vitest';
import { cleanNamespaces } from './namespace.ts';

// Registered before a test file's own hooks, so it runs after them.
afterAll(cleanNamespaces);
