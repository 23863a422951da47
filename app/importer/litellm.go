package importer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/bodhi-gateway/bodhi/app/blueprint"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// litellm reads LiteLLM's config.yaml: model_list becomes connections and aliases, fallbacks further targets, max_budget the
// organization's budget.
func (b *builder) litellm(raw []byte) error {
	var node yaml.Node
	if err := yaml.Unmarshal(raw, &node); err != nil {
		return wrong("This is not YAML: %s.", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if anchored(&node) {
		return wrong("Anchors and aliases of YAML (& and *) are not read. Write them out.")
	}
	var c map[string]any
	if err := node.Decode(&c); err != nil {
		return wrong("A LiteLLM configuration is an object with a model_list.")
	}
	b.unmapped("", c, "model_list", "router_settings", "litellm_settings", "general_settings")
	for i, entry := range list(c["model_list"]) {
		b.litellmModel(fmt.Sprintf("model_list[%d]", i), object(entry))
	}
	own := map[string][]route.ToTarget{} // what each alias has without fallbacks
	for _, r := range b.Document.Routes {
		own[r.Alias] = slices.Clone(r.Targets)
	}
	for _, part := range []string{"router_settings", "litellm_settings"} {
		settings := object(c[part])
		for i, f := range list(settings["fallbacks"]) {
			b.fallbacks(fmt.Sprintf("%s.fallbacks[%d]", part, i), object(f), own)
		}
		read := []string{"fallbacks"}
		if part == "litellm_settings" {
			read = append(read, "max_budget", "budget_duration")
			b.budget("", settings["max_budget"], text(settings["budget_duration"]), part)
		}
		b.unmapped(part, settings, read...)
	}
	b.unmapped("general_settings", object(c["general_settings"]))
	return nil
}

// fallbacks adds further targets to aliases of the file. Two models are often each other's fallback there, where an attempt ends
// after one step: an alias that would lead back to itself gets the other one's own targets instead.
func (b *builder) fallbacks(where string, of map[string]any, own map[string][]route.ToTarget) {
	for from, to := range of {
		if own[plainAlias(from)] == nil {
			b.left("%s: it is for a name that is in no entry of model_list.", where)
			continue
		}
		for _, t := range list(to) {
			name := plainAlias(text(t))
			switch {
			case own[name] == nil:
				b.left("%s: it leads to a name that is in no entry of model_list.", where)
			case b.leads(name, plainAlias(from)):
				for _, target := range own[name] {
					b.alias(from, target)
				}
			default:
				b.alias(from, route.ToTarget{To: name})
			}
		}
	}
}

// leads says whether asking for one alias may end at another.
func (b *builder) leads(from, to string) bool {
	if from == to {
		return true
	}
	for _, r := range b.Document.Routes {
		if r.Alias == from {
			return slices.ContainsFunc(r.Targets, func(t route.ToTarget) bool { return b.leads(t.To, to) })
		}
	}
	return false
}

func anchored(n *yaml.Node) bool {
	return n.Kind == yaml.AliasNode || n.Anchor != "" || slices.ContainsFunc(n.Content, anchored)
}

func (b *builder) litellmModel(where string, m map[string]any) {
	p := object(m["litellm_params"])
	who, model, split := strings.Cut(text(p["model"]), "/")
	switch {
	case !split && strings.HasPrefix(who, "claude-"):
		who, model = "anthropic", who
	case !split:
		who, model = "openai", who
	}
	k, service, ok := kind(who)
	if !ok {
		b.left("%s: the provider %q is not known here.", where, who)
		return
	}
	base, known := b.setting(where, cmp.Or(text(p["api_base"]), text(p["base_url"])))
	region, everything := b.setting(where, text(p["aws_region_name"]))
	if !known || !everything {
		return
	}
	c := Connection{Kind: k, Service: service, BaseURL: base}
	if k == provider.OpenAI && c.BaseURL != "" && !strings.Contains(c.BaseURL, "api.openai.com") {
		c.Kind = provider.Compatible
	}
	if k == provider.Bedrock && c.BaseURL == "" {
		c.BaseURL = bedrock(region)
	}
	c.Credential, c.variable = b.key(text(p["api_key"]))
	t := route.ToTarget{To: b.connect(c) + "/" + strings.TrimPrefix(model, "converse/")}
	if name := text(m["model_name"]); name != "" && !strings.Contains(name, "*") {
		b.alias(name, t)
	} else {
		b.left("%s: a pattern of models is no alias; the connection's own models can be asked for by their names.", where)
	}
	b.unmapped(where+".litellm_params", p, "model", "api_base", "base_url", "api_key", "aws_region_name", "api_version")
	b.unmapped(where, m, "model_name", "litellm_params")
}

// periods are the lengths of budgets that other gateways write, in our words.
var periods = map[string]string{"1d": "daily", "24h": "daily", "1w": "weekly", "7d": "weekly", "1M": "monthly", "1mo": "monthly", "30d": "monthly", "3M": "quarterly", "": "total"}

// budget adds a hard budget of a place, "" for the organization.
func (b *builder) budget(of string, amount any, length, where string) {
	if amount == nil {
		return
	}
	period, ok := periods[length]
	if !ok {
		b.left("%s: a budget's period of %s has no place here; there are days, weeks, months and quarters.", where, length)
		return
	}
	b.Document.Budgets = append(b.Document.Budgets, blueprint.Budget{Of: of, Limit: text(amount), Period: period})
}
