/** Properties and options whose text or name a file or a command line cannot hold. */
import { mysql, broker, places, type Row } from "./write.ts";

export const texts: readonly Row[] = [
  ...places
    .slice(-2)
    .map(([path, write]): Row => [
      `a line break in ${path}`,
      write({ "some.property": "x\nplugin.path=/tmp" }),
      "CDC-110",
      `${path}.some.property`,
      /on one line/,
    ]),
  ...places.map(([path, write]): Row => [
    `a control character in ${path}`,
    write({ "some.property": "a\u0000b" }),
    "CDC-110",
    `${path}.some.property`,
    /remove the character/,
  ]),
  ...places.map(([path, write]): Row => [
    `a name with a line break in ${path}`,
    write({ "x\nlisteners": "y" }),
    "CDC-111",
    path,
    /correct the name/,
  ]),
  ["a broker's property in capitals", broker({ "Log.Dirs": "/x" }), "CDC-111", "cdc:kafka.properties", /correct/],
  ["a broker's property with =", broker({ "a=b": "/x" }), "CDC-111", "cdc:kafka.properties", /correct/],
  ["Java's options as a broker's", broker({ opts: "-Dx" }), "CDC-302", "cdc:kafka.properties.opts", /heapMiB/],
  [
    "a line break in an option",
    mysql({ init_connect: "a\nb" }),
    "CDC-110",
    "cdc:mysql.options.init_connect",
    /one line/,
  ],
  ["an option with =", mysql({ "binlog-format=MIXED --x": "1" }), "CDC-111", "cdc:mysql.options", /correct/],
  [
    "a password of a server",
    mysql({ authentication_ldap_simple_bind_root_pwd: "x" }),
    "CDC-304",
    "cdc:mysql.options.authentication_ldap_simple_bind_root_pwd",
    /cdc:mysql\.image/,
  ],
];
