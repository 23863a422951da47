package app

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/caarlos0/env/v11"
	"gopkg.in/yaml.v3"
)

// defaultConfigFile is read when no file is named, if it is there.
const defaultConfigFile = "bodhi.yaml"

// prefix marks the environment variables that are ours alone: an unknown one is a typing error, not somebody else's.
const prefix = "BODHI_"

// setting is a raw value and where it stands, for error messages: "environment", "bodhi.yaml", "--addr".
type setting struct{ value, source string }

// settings are raw values by environment name.
type settings map[string]setting

// gather reads all three sources, resolves NAME_FILE within each, and lays them over one another.
func gather(environ []string, file string, overrides map[string]string) (settings, error) {
	fromFile, err := readFile(file)
	if err != nil {
		return nil, err
	}
	fromEnv, err := readEnviron(environ)
	if err != nil {
		return nil, err
	}
	flags := settings{}
	for name, value := range overrides {
		flags[name] = setting{value, "--" + strings.ReplaceAll(yamlKey(name), "_", "-")}
	}
	out := settings{}
	for _, layer := range []settings{fromFile, fromEnv, flags} {
		if err := layer.resolveFiles(); err != nil {
			return nil, err
		}
		for name, s := range layer {
			if s.value != "" {
				out[name] = s
			}
		}
	}
	return out, nil
}

// readEnviron takes what is ours and refuses a BODHI_ variable that is not.
func readEnviron(environ []string) (settings, error) {
	out, known := settings{}, knownNames()
	var unknown []error
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		switch {
		case slices.Contains(known, name):
			out[name] = setting{value, "environment"}
		case strings.HasPrefix(name, prefix):
			unknown = append(unknown, fmt.Errorf("config: %s (environment) is not a setting%s", name, suggest(name, known)))
		}
	}
	return out, errors.Join(unknown...)
}

// readFile reads the YAML file: flat, keys in lower case without BODHI_, lists allowed where commas are.
func readFile(path string) (settings, error) {
	named := path != ""
	if !named {
		path = defaultConfigFile
	}
	text, err := os.ReadFile(path)
	if !named && errors.Is(err, fs.ErrNotExist) {
		return settings{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("config: cannot read the configuration file: %w", err)
	}
	var nodes map[string]yaml.Node
	if err := yaml.Unmarshal(text, &nodes); err != nil {
		return nil, fmt.Errorf("config: %s: %s", path, strings.ReplaceAll(strings.TrimPrefix(err.Error(), "yaml: "), "\n", ""))
	}
	keys := map[string]string{}
	for _, name := range knownNames() {
		keys[yamlKey(name)] = name
	}
	out := settings{}
	for _, key := range slices.Sorted(maps.Keys(nodes)) {
		node := nodes[key]
		name, ok := keys[key]
		if !ok {
			return nil, fmt.Errorf("config: %s line %d: %q is not a setting%s", path, node.Line, key, suggest(key, slices.Collect(maps.Keys(keys))))
		}
		value, err := flat(node)
		if err != nil {
			return nil, fmt.Errorf("config: %s line %d: %q %w", path, node.Line, key, err)
		}
		out[name] = setting{value, fmt.Sprintf("%s line %d", path, node.Line)}
	}
	return out, nil
}

// flat is a scalar, or a list of scalars with commas.
func flat(node yaml.Node) (string, error) {
	if node.Kind == yaml.ScalarNode {
		return strings.TrimSpace(node.Value), nil
	}
	var list []string
	if err := node.Decode(&list); err != nil {
		return "", errors.New("should be one value or a list of values")
	}
	return strings.Join(list, ","), nil
}

// resolveFiles turns NAME_FILE into NAME, the content of that file without the line break at its end.
func (s settings) resolveFiles() error {
	for _, name := range secretNames() {
		file := s[name+"_FILE"]
		if file.value == "" {
			continue
		}
		if s[name].value != "" {
			return fmt.Errorf("config: both %s and %s_FILE are set (%s); keep one", name, name, file.source)
		}
		text, err := os.ReadFile(file.value)
		if err != nil {
			return fmt.Errorf("config: %s_FILE (%s): %w", name, file.source, err)
		}
		value := strings.TrimRight(string(text), "\r\n")
		if value == "" {
			return fmt.Errorf("config: %s_FILE (%s): %s is empty", name, file.source, file.value)
		}
		s[name] = setting{value, file.value}
		delete(s, name+"_FILE")
	}
	return nil
}

// plain drops the sources.
func (s settings) plain() map[string]string {
	out := make(map[string]string, len(s))
	for name, v := range s {
		out[name] = v.value
	}
	return out
}

// fault names a setting and where it stands.
func (s settings) fault(name, problem string) error {
	if v, ok := s[name]; ok {
		return fmt.Errorf("config: %s (%s): %s", name, v.source, problem)
	}
	return fmt.Errorf("config: %s: %s", name, problem)
}

// explain rewrites the parser's errors, which speak of struct fields, in terms of settings.
func (s settings) explain(err error) error {
	var all env.AggregateError
	if !errors.As(err, &all) {
		return fmt.Errorf("config: %w", err)
	}
	var out []error
	for _, one := range all.Errors {
		var parse env.ParseError
		if !errors.As(one, &parse) {
			out = append(out, fmt.Errorf("config: %w", one))
			continue
		}
		field, _ := reflect.TypeFor[Config]().FieldByName(parse.Name)
		name, problem := field.Tag.Get("env"), parse.Err.Error()
		if name == "BODHI_LOG_LEVEL" {
			problem = fmt.Sprintf("%q is not one of: debug, info, warn, error", s[name].value)
		}
		out = append(out, s.fault(name, problem))
	}
	return errors.Join(out...)
}
