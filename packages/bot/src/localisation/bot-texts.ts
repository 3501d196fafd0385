import { texts } from './texts.ts';

/** What members read from Arrakis itself, when a handler cannot or may not answer. */
export const botTexts = texts(
  'en-US',
  {
    unavailable: 'This is not available any more.',
    changed: 'This has changed meanwhile. Please start again.',
    failed: 'Something went wrong. If it happens again, tell the team this reference: {reference}',
    coolingDown: 'Not so fast: try again {when}.',
    guildOnly: 'This works in a server only.',
    memberLacks: 'You may not do this. It takes: {permissions}.',
    botLacks: 'I may not do this here. I need: {permissions}.',
  },
  {
    de: {
      unavailable: 'Das gibt es nicht mehr.',
      changed: 'Das hat sich inzwischen geändert. Bitte beginne noch einmal.',
      failed: 'Etwas ist schiefgegangen. Wenn es wieder vorkommt, nenne dem Team diese Nummer: {reference}',
      coolingDown: 'Nicht so schnell: versuche es {when} noch einmal.',
      guildOnly: 'Das geht nur auf einem Server.',
      memberLacks: 'Das darfst du nicht. Dazu braucht es: {permissions}.',
      botLacks: 'Das darf ich hier nicht. Ich brauche: {permissions}.',
    },
    fr: {
      unavailable: "Ceci n'est plus disponible.",
      changed: 'Ceci a changé entre-temps. Veuillez recommencer.',
      failed: "Une erreur s'est produite. Si cela se reproduit, donnez cette référence à l'équipe : {reference}",
      coolingDown: 'Pas si vite : réessayez {when}.',
      guildOnly: 'Ceci ne fonctionne que sur un serveur.',
      memberLacks: "Vous n'en avez pas le droit. Il faut : {permissions}.",
      botLacks: "Je n'en ai pas le droit ici. Il me faut : {permissions}.",
    },
    'es-ES': {
      unavailable: 'Esto ya no está disponible.',
      changed: 'Esto ha cambiado entretanto. Empieza de nuevo, por favor.',
      failed: 'Algo ha salido mal. Si vuelve a ocurrir, indica al equipo esta referencia: {reference}',
      coolingDown: 'No tan rápido: inténtalo de nuevo {when}.',
      guildOnly: 'Esto solo funciona en un servidor.',
      memberLacks: 'No puedes hacer esto. Hace falta: {permissions}.',
      botLacks: 'No puedo hacer esto aquí. Necesito: {permissions}.',
    },
  },
);
