// pulumi-resource-docker serves the resources of the npm package @pulumi/docker:
// the Terraform docker provider behind the Pulumi bridge.
package main

import (
	"unicode"

	"cdc-pipeline/toolchain/internal/lifeline"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/terraform-providers/terraform-provider-docker/shim"
)

// version is that of the npm package whose names are spoken here.
const version = "5.2.0"

func main() {
	lifeline.WatchOrExit()
	tfbridge.Main("docker", version, provider(), nil)
}

// provider maps the Terraform provider to the names of @pulumi/docker. What the
// bridge's rules (plural for lists, camel case) get right by themselves is not
// listed; main_test.go compares every name with the npm package.
//
// docker:index/image:Image is missing: it is a builder of Pulumi's own with no
// Terraform resource behind it. RemoteImage has `build`.
func provider() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:              shimv2.NewProvider(shim.NewProvider(version)),
		Name:           "docker",
		Version:        version,
		ResourcePrefix: "docker",
		Config: map[string]*tfbridge.SchemaInfo{
			"host":          {Default: &tfbridge.DefaultInfo{EnvVars: []string{"DOCKER_HOST"}}},
			"registry_auth": {Name: "registryAuth", MaxItemsOne: tfbridge.False()},
		},
		Resources: map[string]*tfbridge.ResourceInfo{
			"docker_buildx_builder": resource("BuildxBuilder"),
			"docker_config":         resource("ServiceConfig"),
			"docker_container":      resource("Container"),
			"docker_image":          resource("RemoteImage"),
			"docker_network":        resource("Network"),
			"docker_plugin":         resource("Plugin"),
			"docker_registry_image": resource("RegistryImage"),
			"docker_secret":         resource("Secret"),
			"docker_service":        resource("Service"),
			"docker_tag":            resource("Tag"),
			"docker_volume":         resource("Volume"),
		},
		DataSources: map[string]*tfbridge.DataSourceInfo{
			"docker_image":                    dataSource("getRemoteImage"),
			"docker_logs":                     dataSource("getLogs"),
			"docker_network":                  dataSource("getNetwork"),
			"docker_plugin":                   dataSource("getPlugin"),
			"docker_registry_image":           dataSource("getRegistryImage"),
			"docker_registry_image_manifests": dataSource("getRegistryImageManifests"),
		},
	}
	container := info.Resources["docker_container"]
	// A container's name and its published ports are taken until it is gone.
	container.DeleteBeforeReplace = true
	container.Fields = map[string]*tfbridge.SchemaInfo{
		"command":           {Name: "command"}, // one command of several words
		"networks_advanced": {Name: "networksAdvanced"},
	}
	// An image's name is the reference to pull, never to be made up.
	info.Resources["docker_image"].Fields = map[string]*tfbridge.SchemaInfo{"name": {Name: "name"}}
	info.SetAutonaming(255, "-")
	return info
}

func resource(name string) *tfbridge.ResourceInfo {
	return &tfbridge.ResourceInfo{Tok: tokens.Type("docker:index/" + lowerFirst(name) + ":" + name)}
}

func dataSource(name string) *tfbridge.DataSourceInfo {
	return &tfbridge.DataSourceInfo{Tok: tokens.ModuleMember("docker:index/" + name + ":" + name)}
}

func lowerFirst(s string) string { return string(unicode.ToLower(rune(s[0]))) + s[1:] }
