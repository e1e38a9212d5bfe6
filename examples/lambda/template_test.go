package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// A tagged is one of CloudFormation's short forms: !Ref X is tagged{"Ref", "X"}.
type tagged struct {
	tag   string
	value any
}

func plain(t testing.TB, n *yaml.Node) any {
	t.Helper()
	var v any
	switch n.Kind {
	case yaml.DocumentNode:
		return plain(t, n.Content[0])
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			key := n.Content[i].Value
			if _, twice := m[key]; twice {
				t.Errorf("line %d: %s comes twice", n.Content[i].Line, key)
			}
			m[key] = plain(t, n.Content[i+1])
		}
		v = m
	case yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			list = append(list, plain(t, c))
		}
		v = list
	default:
		v = n.Value
	}
	if tag := n.Tag; strings.HasPrefix(tag, "!") && !strings.HasPrefix(tag, "!!") {
		return tagged{tag[1:], v}
	}
	return v
}

func readTemplate(t testing.TB) map[string]any {
	t.Helper()
	data, err := os.ReadFile("template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var n yaml.Node
	if err := yaml.Unmarshal(data, &n); err != nil {
		t.Fatal(err)
	}
	return plain(t, &n).(map[string]any)
}

// at goes down the names of maps.
func at(t testing.TB, v any, path ...string) any {
	t.Helper()
	for i, name := range path {
		m, ok := v.(map[string]any)
		if !ok || m[name] == nil {
			t.Fatalf("the template lacks %s", strings.Join(path[:i+1], "."))
		}
		v = m[name]
	}
	return v
}

var placeholder = regexp.MustCompile(`\$\{([A-Za-z0-9:]+)(\.[A-Za-z.]+)?\}`)

// references calls see with every name that a part refers to, and the kind of reference.
func references(v any, see func(kind, name string)) {
	switch v := v.(type) {
	case map[string]any:
		for key, c := range v {
			switch names := c.(type) {
			case string:
				if key == "DependsOn" || key == "Condition" {
					see(key, names)
				}
			}
			references(c, see)
		}
	case []any:
		for _, c := range v {
			references(c, see)
		}
	case tagged:
		switch v.tag {
		case "Ref":
			see("Ref", v.value.(string))
		case "GetAtt":
			name, _, _ := strings.Cut(v.value.(string), ".")
			see("GetAtt", name)
		case "Sub":
			for _, m := range placeholder.FindAllStringSubmatch(v.value.(string), -1) {
				see("Sub", m[1])
			}
		case "If":
			list := v.value.([]any)
			see("Condition", list[0].(string))
			references(list, see)
		case "Equals", "Not":
			references(v.value, see)
		default:
			see("unknown function", v.tag)
		}
	}
}

func TestTemplateReferences(t *testing.T) {
	template := readTemplate(t)
	resources, parameters, conditions := at(t, template, "Resources").(map[string]any), at(t, template, "Parameters").(map[string]any), at(t, template, "Conditions").(map[string]any)
	used := map[string]bool{}
	references(template, func(kind, name string) {
		used[name] = true
		var ok bool
		switch kind {
		case "Condition":
			ok = conditions[name] != nil
		case "GetAtt", "DependsOn":
			ok = resources[name] != nil
		case "Ref", "Sub":
			ok = resources[name] != nil || parameters[name] != nil || strings.HasPrefix(name, "AWS::")
		}
		if !ok {
			t.Errorf("%s %s: there is no such thing", kind, name)
		}
	})
	for name := range parameters {
		if !used[name] {
			t.Errorf("parameter %s is not used", name)
		}
	}
	for name := range conditions {
		if !used[name] {
			t.Errorf("condition %s is not used", name)
		}
	}
	if len(used) < 10 {
		t.Fatalf("only %d names are referred to", len(used))
	}
	for name, r := range resources {
		if typ, _ := at(t, r, "Type").(string); !strings.HasPrefix(typ, "AWS::") {
			t.Errorf("%s is of type %q", name, typ)
		}
	}
}

// The variables of the template are those that the code reads, and its values are good.
func TestTemplateEnvironment(t *testing.T) {
	given := at(t, readTemplate(t), "Resources", "Detector", "Properties", "Environment", "Variables").(map[string]any)
	var read []string
	c, err := readSettings(func(name string) string {
		read = append(read, name)
		switch v := given[name].(type) {
		case string:
			return v
		case tagged:
			if v.tag == "Ref" {
				return fmt.Sprint(at(t, readTemplate(t), "Parameters", v.value.(string), "Default"))
			}
			return strings.ReplaceAll(v.value.(string), "${Findings}", topicARN)
		}
		return ""
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.findings != toSNS || c.target != topicARN {
		t.Errorf("%+v", c)
	}
	var names []string
	for name := range given {
		names = append(names, name)
	}
	slices.Sort(names)
	slices.Sort(read)
	if diff := cmp.Diff(read, names); diff != "" {
		t.Errorf("(-read +template):\n%s", diff)
	}
	for _, name := range read {
		if text, err := os.ReadFile("README.md"); err != nil || !strings.Contains(string(text), "| `"+name+"` |") {
			t.Errorf("README.md has no row for %s", name)
		}
	}
}

func TestTemplateFunction(t *testing.T) {
	template := readTemplate(t)
	f := at(t, template, "Resources", "Detector", "Properties")
	for name, want := range map[string]any{"Handler": "bootstrap", "Runtime": "provided.al2023", "Architectures": []any{"arm64"}, "CodeUri": "."} {
		if diff := cmp.Diff(want, at(t, f, name)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	makefile, err := os.ReadFile("Makefile")
	if err != nil || at(t, template, "Resources", "Detector", "Metadata", "BuildMethod") != "makefile" || !strings.Contains(string(makefile), "\nbuild-Detector:") || !strings.Contains(string(makefile), "/bootstrap") {
		t.Error("the Makefile does not build it", err)
	}

	// Each source of events is one that the handler was given a sample of, and takes items back where it can.
	sources := map[string]string{"SQS": "sqs.json", "SNS": "sns.json", "S3": "s3.json", "Kinesis": "kinesis.json", "CloudWatchLogs": "cloudwatch-logs.json", "EventBridgeRule": "eventbridge-api-call.json"}
	for name, e := range at(t, f, "Events").(map[string]any) {
		typ := at(t, e, "Type").(string)
		payload, err := os.ReadFile(filepath.Join("testdata", "events", sources[typ]))
		if sources[typ] == "" || err != nil {
			t.Errorf("%s: nobody knows that the handler takes %s: %v", name, typ, err)
			continue
		}
		if by, _ := takeApart(payload); by.batch() && !cmp.Equal(at(t, e, "Properties", "FunctionResponseTypes"), any([]any{"ReportBatchItemFailures"})) {
			t.Errorf("%s does not report the items that fail", name)
		}
	}
}

func TestTemplateQueue(t *testing.T) {
	resources := at(t, readTemplate(t), "Resources")
	number := func(path ...string) (n int) {
		t.Helper()
		if _, err := fmt.Sscan(at(t, resources, path...).(string), &n); err != nil {
			t.Fatal(path, err)
		}
		return n
	}
	// "Configuring a queue to use with Lambda" in the AWS Lambda developer guide: six times, five receives or more.
	if visible, timeout := number("LogQueue", "Properties", "VisibilityTimeout"), number("Detector", "Properties", "Timeout"); visible < 6*timeout {
		t.Errorf("messages come back after %d s, with a timeout of %d s", visible, timeout)
	}
	if n := number("LogQueue", "Properties", "RedrivePolicy", "maxReceiveCount"); n < 5 {
		t.Errorf("a message is given up after %d receives", n)
	}
	if diff := cmp.Diff(tagged{"GetAtt", "DeadLetters.Arn"}, at(t, resources, "LogQueue", "Properties", "RedrivePolicy", "deadLetterTargetArn"), cmp.AllowUnexported(tagged{})); diff != "" {
		t.Error(diff)
	}
	if number("DeadLetters", "Properties", "MessageRetentionPeriod") <= number("LogQueue", "Properties", "MessageRetentionPeriod") {
		t.Error("dead letters do not last longer than messages")
	}
}

// The role may do what the code does, and no more; nothing is allowed on everything.
func TestTemplatePermissions(t *testing.T) {
	var statements []any
	for _, p := range at(t, readTemplate(t), "Resources", "Detector", "Properties", "Policies").([]any) {
		statements = append(statements, at(t, p, "Statement").([]any)...)
	}
	var actions []string
	for _, s := range statements {
		if optional, ok := s.(tagged); ok {
			s = optional.value.([]any)[1]
		}
		switch a := at(t, s, "Action").(type) {
		case string:
			actions = append(actions, a)
		case []any:
			for _, one := range a {
				actions = append(actions, one.(string))
			}
		}
		var resource string
		switch r := at(t, s, "Resource").(type) {
		case tagged:
			resource = r.value.(string)
		case string:
			resource = r
		}
		if resource == "" || resource == "*" || strings.HasSuffix(resource, ":::*") {
			t.Errorf("%v is allowed on %q", at(t, s, "Action"), resource)
		}
	}
	slices.Sort(actions)
	if diff := cmp.Diff([]string{"kms:Decrypt", "s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "sns:Publish"}, actions); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
