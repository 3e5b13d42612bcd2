// Package npmnames compares the names of a bridged Terraform provider with those
// of the npm package that programs use. A name that differs goes unnoticed by
// Pulumi: an input is dropped, an output stays undefined.
package npmnames

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Root is the npm package's directory: under $CDC_NODE_MODULES, or else the
// node_modules of the checkout. A test fails when the package is absent.
func Root(t *testing.T, name string) string {
	t.Helper()
	modules := os.Getenv("CDC_NODE_MODULES")
	if modules == "" {
		modules = filepath.Join("..", "..", "..", "..", "node_modules")
	}
	root := filepath.Join(modules, filepath.FromSlash(name))
	if _, err := os.Stat(filepath.Join(root, "package.json")); err != nil {
		t.Fatalf("npm package %s not found in %s: run `npm ci`, or set CDC_NODE_MODULES", name, modules)
	}
	return root
}

// Read returns a file of the npm package as text.
func Read(t *testing.T, elem ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// shape is an object type of a .d.ts file: the type of each field as text.
type shape map[string]string

var (
	opening = regexp.MustCompile(`^\s*(?:export )?(?:declare )?(interface|class|namespace) (\w+).*\{$`)
	field   = regexp.MustCompile(`^\s*(?:readonly )?(\w+)\??: (.*)$`)
	nested  = regexp.MustCompile(`\b(?:inputs|outputs)\.([\w.]+)`)
)

// shapes reads the interfaces and classes of a generated .d.ts file, by name;
// those of a namespace as namespace.name. Fields of map type take several lines.
func shapes(text string) map[string]shape {
	found := map[string]shape{}
	var namespace string
	var current shape
	var name string
	depth := 0 // braces open within current
	for _, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(trimmed, "*"), strings.HasPrefix(trimmed, "/*"):
			continue
		case current == nil:
			if m := opening.FindStringSubmatch(line); m != nil && m[1] == "namespace" {
				namespace = m[2] + "."
			} else if m != nil {
				current, depth, name = shape{}, 0, ""
				found[namespace+m[2]] = current
			} else if trimmed == "}" {
				namespace = ""
			}
			continue
		}
		if depth == 0 {
			if trimmed == "}" {
				current = nil
				continue
			}
			if m := field.FindStringSubmatch(line); m != nil {
				name = m[1]
				current[name] = m[2]
			}
		} else if name != "" {
			current[name] += " " + trimmed
		}
		depth += strings.Count(line, "{") - strings.Count(line, "}")
	}
	return found
}
