// The package names a JavaScript file as its types; its exports are looked up by name, and checked, at run time.
declare module 'discord-api-spec/zod';
