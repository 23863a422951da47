package importer

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// unmapped says of each member of an object that nothing reads it.
func (b *builder) unmapped(where string, have map[string]any, read ...string) {
	for _, name := range slices.Sorted(maps.Keys(have)) {
		if !slices.Contains(read, name) {
			b.left("%s has no place here.", strings.TrimPrefix(where+"."+name, "."))
		}
	}
}

func object(v any) map[string]any { m, _ := v.(map[string]any); return m }
func list(v any) []any            { l, _ := v.([]any); return l }
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		return v.String()
	case float64: // of YAML: 1000000.0 is no 1e+06 where money is read
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// bifrost reads Bifrost's config.json: providers' keys become connections, teams and their budgets teams and budgets.
func (b *builder) bifrost(raw []byte) error {
	c, err := parsed(raw)
	if err != nil {
		return err
	}
	b.unmapped("", c, "providers", "governance")
	providers := object(c["providers"])
	for _, who := range slices.Sorted(maps.Keys(providers)) {
		p, where := object(providers[who]), "providers."+who
		network := object(p["network_config"])
		k, service, ok := kind(who)
		if !ok && text(network["base_url"]) == "" {
			b.left("%s: this provider is not known here.", where)
			continue
		}
		if !ok {
			k = provider.Compatible
		}
		conn := Connection{Kind: k, Service: service, BaseURL: text(network["base_url"])}
		if !ok {
			conn.Name = who
		}
		for _, one := range list(p["keys"]) {
			b.bifrostKey(where+".keys", conn, object(one))
		}
		b.unmapped(where+".network_config", network, "base_url")
		b.unmapped(where, p, "keys", "network_config")
	}
	b.governance(object(c["governance"]))
	return nil
}

// bifrostKey makes one key of a provider a connection, like those of its other keys, and its models aliases.
func (b *builder) bifrostKey(where string, conn Connection, key map[string]any) {
	conn.Credential, conn.variable = b.key(text(key["value"]))
	azure := object(key["azure_key_config"])
	if azure != nil {
		conn.BaseURL = text(azure["endpoint"])
	}
	var known bool
	if conn.BaseURL, known = b.setting(where, conn.BaseURL); !known {
		return
	}
	name, called := b.connect(conn), map[string]any{} // what the provider calls its models, by the names that apps use
	maps.Copy(called, object(azure["deployments"]))
	maps.Copy(called, object(key["aliases"]))
	for _, m := range models(key["models"], called) {
		there, _ := called[m].(string)
		b.alias(m, route.ToTarget{To: name + "/" + cmp.Or(there, m)})
	}
	if slices.ContainsFunc(list(key["models"]), func(m any) bool { return text(m) == "*" }) {
		b.left("%s: a pattern of models is no alias; the connection's own models can be asked for by their names.", where)
	}
	b.unmapped(where, key, "name", "value", "models", "azure_key_config", "id", "aliases")
	b.unmapped(where+".azure_key_config", azure, "endpoint", "deployments", "api_version")
}

// models are those that a key is for; * stands for all, of which those are known by name that the provider calls something else.
func models(of any, called map[string]any) (names []string) {
	for _, m := range list(of) {
		if text(m) == "*" {
			names = append(names, slices.Sorted(maps.Keys(called))...)
		} else {
			names = append(names, text(m))
		}
	}
	return names
}

func (b *builder) governance(g map[string]any) {
	budgets := map[string]map[string]any{}
	for _, x := range list(g["budgets"]) {
		budgets[text(object(x)["id"])] = object(x)
	}
	used := map[string]bool{}
	customers := map[string]string{}
	for _, x := range list(g["customers"]) {
		c := object(x)
		customers[text(c["id"])] = text(c["name"])
		b.place(text(c["name"]), "")
		if id := text(c["budget_id"]); budgets[id] != nil {
			used[id] = true
			b.budget("department:"+text(c["name"]), budgets[id]["max_limit"], text(budgets[id]["reset_duration"]), "governance.budgets")
		}
	}
	for _, x := range list(g["teams"]) {
		t := object(x)
		b.place(customers[text(t["customer_id"])], text(t["name"]))
		if id := text(t["budget_id"]); budgets[id] != nil {
			used[id] = true
			b.budget("team:"+text(t["name"]), budgets[id]["max_limit"], text(budgets[id]["reset_duration"]), "governance.budgets")
		}
	}
	for id := range budgets {
		if !used[id] {
			b.left("governance.budgets: the budget %s belongs to no team and no customer.", id)
		}
	}
	slices.Sort(b.Left)
	if n := len(list(g["virtual_keys"])); n > 0 {
		b.left("governance.virtual_keys: %d keys of that gateway. Keys are made anew here, so that each is known to one person or app.", n)
	}
	b.unmapped("governance", g, "budgets", "customers", "teams", "virtual_keys")
}

// portkey reads a Portkey config: its targets become connections and one alias, named portkey, in their order or by their weights.
func (b *builder) portkey(raw []byte) error {
	c, err := parsed(raw)
	if err != nil {
		return err
	}
	b.unmapped("", c, "strategy", "targets", "provider", "api_key", "virtual_key", "override_params", "custom_host")
	targets := list(c["targets"])
	if targets == nil {
		targets = []any{c}
	}
	weighted, by := text(object(c["strategy"])["mode"]) == "loadbalance", scale(targets)
	b.unmapped("strategy", object(c["strategy"]), "mode")
	for i, x := range targets {
		t, where := object(x), fmt.Sprintf("targets[%d]", i)
		k, service, ok := kind(text(t["provider"]))
		model := text(object(t["override_params"])["model"])
		switch {
		case t["virtual_key"] != nil:
			b.left("%s: a virtual key of Portkey says nothing of the account behind it. Connect that account, then add it to the route.", where)
			continue
		case !ok:
			b.left("%s: the provider %q is not known here.", where, text(t["provider"]))
			continue
		}
		conn := Connection{Kind: k, Service: service, BaseURL: text(t["custom_host"])}
		conn.Credential, conn.variable = b.key(text(t["api_key"]))
		name := b.connect(conn)
		if model == "" {
			b.left("%s names no model, so it is a connection and no target of a route.", where)
			continue
		}
		to := route.ToTarget{To: name + "/" + model}
		if w := weight(t); !weighted {
			b.alias("portkey", to)
		} else if w > 0 {
			to.Weight = max(int(w*by+0.5), 1)
			b.alias("portkey", to)
		} else { // the smallest weight here is 1, which gets requests
			b.left("%s has the weight 0, so it gets no requests: it is a connection and no target of the route.", where)
		}
		if len(targets) > 1 {
			b.unmapped(where, t, "provider", "api_key", "override_params", "weight", "custom_host")
		}
		b.unmapped(where+".override_params", object(t["override_params"]), "model")
	}
	if weighted && len(b.Document.Routes) > 0 {
		b.Document.Routes[0].Strategy = route.Strategy("weighted")
	}
	return nil
}

// scale is what weights are multiplied with: they are shares of their sum there, 0.7 and 0.3 or 70 and 30, and 1 to 1000 here.
func scale(targets []any) float64 {
	most := 0.0
	for _, x := range targets {
		most = max(most, weight(object(x)))
	}
	for _, by := range []float64{100, 10, 1} {
		if most*by <= 1000 {
			return by
		}
	}
	return 1000 / most
}

// weight is that of a target; without one it is 1.
func weight(t map[string]any) float64 {
	if w, isNumber := t["weight"].(json.Number); isNumber {
		if f, err := w.Float64(); err == nil {
			return f
		}
	}
	return 1
}

func parsed(raw []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var c map[string]any
	if err := d.Decode(&c); err != nil {
		return nil, wrong("This is not a JSON object; reading stopped at byte %d.", d.InputOffset())
	}
	return c, nil
}
