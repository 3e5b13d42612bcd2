// pulumi-resource-kafka serves the resources of the npm package @pulumi/kafka:
// the Terraform kafka provider behind the Pulumi bridge.
package main

import (
	"unicode"

	"cdc-pipeline/toolchain/internal/lifeline"

	"github.com/Mongey/terraform-provider-kafka/kafka"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// version is that of the npm package whose names are spoken here.
const version = "3.13.2"

func main() {
	lifeline.WatchOrExit()
	tfbridge.Main("kafka", version, provider(), nil)
}

// provider maps the Terraform provider to the names of @pulumi/kafka; see
// main_test.go for the comparison of every name.
func provider() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:              shimv2.NewProvider(kafka.Provider()),
		Name:           "kafka",
		Version:        version,
		ResourcePrefix: "kafka",
		// The npm package's own defaults: TLS is on unless switched off.
		Config: map[string]*tfbridge.SchemaInfo{
			"sasl_mechanism":  fromEnv("KAFKA_SASL_MECHANISM", "plain"),
			"skip_tls_verify": fromEnv("KAFKA_SKIP_VERIFY", false),
			"tls_enabled":     fromEnv("KAFKA_ENABLE_TLS", true),
		},
		Resources: map[string]*tfbridge.ResourceInfo{
			"kafka_acl":                   resource("Acl"),
			"kafka_quota":                 resource("Quota"),
			"kafka_topic":                 resource("Topic"),
			"kafka_user_scram_credential": resource("UserScramCredential"),
		},
		DataSources: map[string]*tfbridge.DataSourceInfo{
			"kafka_topic":  dataSource("getTopic"),
			"kafka_topics": dataSource("getTopics"),
		},
	}
	info.Resources["kafka_acl"].Fields = map[string]*tfbridge.SchemaInfo{
		"resource_name": {Name: "aclResourceName"},
		"resource_type": {Name: "aclResourceType"},
	}
	info.SetAutonaming(255, "-")
	return info
}

func resource(name string) *tfbridge.ResourceInfo {
	return &tfbridge.ResourceInfo{Tok: tokens.Type("kafka:index/" + lowerFirst(name) + ":" + name)}
}

// dataSource has no file name in its token, other than those of @pulumi/docker.
func dataSource(name string) *tfbridge.DataSourceInfo {
	return &tfbridge.DataSourceInfo{Tok: tokens.ModuleMember("kafka:index:" + name)}
}

func fromEnv(variable string, otherwise any) *tfbridge.SchemaInfo {
	return &tfbridge.SchemaInfo{Default: &tfbridge.DefaultInfo{EnvVars: []string{variable}, Value: otherwise}}
}

func lowerFirst(s string) string { return string(unicode.ToLower(rune(s[0]))) + s[1:] }
