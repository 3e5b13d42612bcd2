package main

import (
	"fmt"
	"slices"
	"strings"
)

const allPrivileges = "ALL PRIVILEGES"

// normalized spells privileges as SHOW GRANTS does, sorted and without doubles.
func normalized(privileges []string) []string {
	var out []string
	for _, name := range privileges {
		name = strings.Join(strings.Fields(name), " ")
		if bracket := strings.IndexByte(name, '('); bracket < 0 { // columns keep their case
			name = strings.ToUpper(name)
		}
		if name == "ALL" {
			name = allPrivileges
		}
		out = append(out, name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// checkPrivileges says what is wrong with a list of privileges, if anything is.
func checkPrivileges(privileges []string) error {
	if len(privileges) == 0 {
		return fmt.Errorf("at least one privilege is needed, such as SELECT")
	}
	for _, name := range privileges {
		if name == "" || strings.Trim(strings.ToUpper(name), "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _") != "" {
			return fmt.Errorf("%q is not the name of a privilege (those for single columns are not supported)", name)
		}
		if n := normalized([]string{name})[0]; n == "USAGE" || n == "GRANT OPTION" {
			return fmt.Errorf("%s cannot be listed: USAGE means none, and GRANT OPTION is the property `grant`", n)
		}
	}
	if n := normalized(privileges); len(n) > 1 && slices.Contains(n, allPrivileges) {
		return fmt.Errorf("%s stands alone, got %s", allPrivileges, strings.Join(n, ", "))
	}
	return nil
}

// parseGrants picks from the lines of SHOW GRANTS those about the level on, such
// as *.* or `app`.*. On *.* there are two lines: privileges that are built in,
// and those that components register.
func parseGrants(lines []string, on string) held {
	var h held
	for _, line := range lines {
		list, rest, ok := strings.Cut(line, " ON "+on+" TO ")
		list, isGrant := strings.CutPrefix(list, "GRANT ")
		if !ok || !isGrant {
			continue
		}
		for _, name := range splitPrivileges(list) {
			if name != "USAGE" { // means: none
				h.privileges = append(h.privileges, name)
			}
		}
		h.grant = h.grant || strings.HasSuffix(rest, " WITH GRANT OPTION")
	}
	h.privileges = normalized(h.privileges)
	for _, name := range h.privileges {
		if strings.Contains(name, "_") && !strings.Contains(name, "(") { // no built-in one has it
			h.dynamic = append(h.dynamic, name)
		}
	}
	return h
}

// splitPrivileges splits at the commas that are not within a list of columns.
func splitPrivileges(list string) []string {
	var out []string
	depth, start := 0, 0
	for i, c := range list {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			out = append(out, strings.TrimSpace(list[start:i]))
			start = i + 1
		}
	}
	return append(out, strings.TrimSpace(list[start:]))
}

// without returns the members of a that b lacks.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(x string) bool { return slices.Contains(b, x) })
}
