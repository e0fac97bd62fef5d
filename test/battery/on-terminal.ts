/** script(1) gives a terminal to what it runs. */
export const onTerminal = [
  'sh',
  '-c',
  'for word; do line="$line \'$word\'"; done; exec script -qec "$line" /dev/null',
  'sh',
];
