package npmnames

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
)

var (
	resourceToken   = regexp.MustCompile(`__pulumiType = '([\w:/]+:\w+)'`)
	dataSourceToken = regexp.MustCompile(`runtime\.invoke\("([^"]+)"`)
)

// Compare fails the test for every token and every property, nested ones too,
// that the bridged provider and the npm package do not have in common.
// without lists tokens that the provider leaves out knowingly.
func Compare(t *testing.T, info tfbridge.ProviderInfo, npmName string, without ...string) {
	root := Root(t, npmName)
	c := &comparison{
		inputs:  shapes(Read(t, root, "types", "input.d.ts")),
		outputs: shapes(Read(t, root, "types", "output.d.ts")),
	}
	if got, want := info.Version, packageVersion(t, root); got != want {
		t.Errorf("the plugin calls itself %s, the npm package is %s", got, want)
	}
	resources, dataSources := tokenFiles(t, root)
	for _, token := range without {
		delete(resources, token)
	}

	for tf, r := range info.Resources {
		token := string(r.Tok)
		file, ok := resources[token]
		delete(resources, token)
		if !ok {
			t.Errorf("%s: the npm package has no resource %s", tf, token)
			continue
		}
		name := token[strings.LastIndex(token, ":")+1:]
		types := shapes(Read(t, strings.TrimSuffix(file, ".js")+".d.ts"))
		fields := info.P.ResourcesMap().Get(tf).Schema()
		c.object(t, token+" inputs", fields, r.Fields, types[name+"Args"], true)
		c.object(t, token+" outputs", fields, r.Fields, types[name], false)
	}
	for tf, d := range info.DataSources {
		token := string(d.Tok)
		file, ok := dataSources[token]
		delete(dataSources, token)
		if !ok {
			t.Errorf("%s: the npm package has no function %s", tf, token)
			continue
		}
		name := token[strings.LastIndex(token, ":")+1:]
		name = strings.ToUpper(name[:1]) + name[1:]
		types := shapes(Read(t, strings.TrimSuffix(file, ".js")+".d.ts"))
		fields := info.P.DataSourcesMap().Get(tf).Schema()
		c.object(t, token+" arguments", fields, d.Fields, types[name+"Args"], true)
		c.object(t, token+" result", fields, d.Fields, types[name+"Result"], false)
	}
	for _, token := range slices.Sorted(maps.Keys(resources)) {
		t.Errorf("the provider has no resource %s", token)
	}
	for _, token := range slices.Sorted(maps.Keys(dataSources)) {
		t.Errorf("the provider has no function %s", token)
	}
	provider := shapes(Read(t, root, "provider.d.ts"))
	c.object(t, "provider configuration", info.P.Schema(), info.Config, provider["ProviderArgs"], true)
}

type comparison struct{ inputs, outputs map[string]shape }

// object compares the fields of one object type, and those below it.
func (c *comparison) object(
	t *testing.T, where string, fields shim.SchemaMap, infos map[string]*tfbridge.SchemaInfo, want shape, input bool,
) {
	left := maps.Clone(want)
	delete(left, "id") // every resource and every result has one
	fields.Range(func(tf string, s shim.Schema) bool {
		name := tfbridge.TerraformToPulumiNameV2(tf, fields, infos)
		if tf == "id" || s.Removed() != "" || (input && !s.Optional() && !s.Required()) {
			return true
		}
		kind, ok := left[name]
		delete(left, name)
		if !ok {
			t.Errorf("%s: the npm package has no %q (Terraform: %s)", where, name, tf)
			return true
		}
		if list := isList(s, infos[tf]); list != strings.Contains(kind, "[]") {
			t.Errorf("%s: %q is a list here: %v, in the npm package: %s", where, name, list, kind)
		}
		if elem, ok := s.Elem().(shim.Resource); ok {
			m := nested.FindStringSubmatch(kind)
			if m == nil {
				t.Errorf("%s: %q is an object, in the npm package: %s", where, name, kind)
				return true
			}
			types := c.outputs
			if input {
				types = c.inputs
			}
			c.object(t, where+"."+name, elem.Schema(), fieldsBelow(infos[tf]), types[m[1]], input)
		}
		return true
	})
	for _, name := range slices.Sorted(maps.Keys(left)) {
		t.Errorf("%s: the provider has no %q", where, name)
	}
}

// fieldsBelow are the overrides for the fields of a property that is an object.
func fieldsBelow(info *tfbridge.SchemaInfo) map[string]*tfbridge.SchemaInfo {
	if info == nil || info.Elem == nil {
		return nil
	}
	return info.Elem.Fields
}

func isList(s shim.Schema, info *tfbridge.SchemaInfo) bool {
	return (s.Type() == shim.TypeList || s.Type() == shim.TypeSet) && !tfbridge.IsMaxItemsOne(s, info)
}

// tokenFiles finds the .js file of each resource and of each function by token.
func tokenFiles(t *testing.T, root string) (resources, dataSources map[string]string) {
	files, err := filepath.Glob(filepath.Join(root, "*.js"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no .js files in %s (%v)", root, err)
	}
	resources, dataSources = map[string]string{}, map[string]string{}
	for _, file := range files {
		text := Read(t, file)
		if m := resourceToken.FindStringSubmatch(text); m != nil {
			resources[m[1]] = file
		}
		if m := dataSourceToken.FindStringSubmatch(text); m != nil {
			dataSources[m[1]] = file
		}
	}
	return resources, dataSources
}

func packageVersion(t *testing.T, root string) string {
	m := regexp.MustCompile(`"version": "([^"]+)"`).FindStringSubmatch(Read(t, root, "package.json"))
	if m == nil {
		t.Fatalf("no version in %s", filepath.Join(root, "package.json"))
	}
	return m[1]
}
