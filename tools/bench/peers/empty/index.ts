/** An empty Pulumi program: what every update of a program of this kind takes at least. */
export const nothing = "nothing";
