package importer_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/importer"
)

// told is an import in words, with whether there is a credential, never which.
func told(in importer.Import) string {
	var b strings.Builder
	for _, c := range in.Connections {
		fmt.Fprintf(&b, "connection %s %s %s %s key=%t\n", c.Name, c.Kind, c.Service, c.BaseURL, !c.Credential.IsEmpty())
	}
	for _, r := range in.Document.Routes {
		fmt.Fprintf(&b, "route %s %s", r.Alias, r.Strategy)
		for _, t := range r.Targets {
			fmt.Fprintf(&b, " %s*%d", t.To, t.Weight)
		}
		b.WriteString("\n")
	}
	for _, t := range in.Document.Teams {
		fmt.Fprintf(&b, "team %s in %s\n", t.Name, t.Department)
	}
	for _, x := range in.Document.Budgets {
		fmt.Fprintf(&b, "budget %s %s %s\n", x.Of, x.Limit, x.Period)
	}
	for _, p := range in.People {
		fmt.Fprintf(&b, "person %s %s %s %s\n", p.Email, p.Name, p.Role, p.Team)
	}
	for _, l := range in.Left {
		b.WriteString("left: " + l + "\n")
	}
	return b.String()
}

func read(t *testing.T, f importer.Format, file string) importer.Import {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	in, err := importer.Read(f, text, func(name string) (string, bool) { return "sk-canary-variable", name == "OPENAI_KEY" })
	if err != nil {
		t.Fatal(err)
	}
	if all := told(in) + fmt.Sprintf("%+v %v %#v", in, in.Connections, in.Connections); strings.Contains(all, "canary") && !strings.Contains(all, "canary-virtual-is-no-secret") {
		t.Errorf("%s shows a secret:\n%s", f, all)
	}
	return in
}

func TestThePeersConfigurationsKeepNamesModelsAndBudgets(t *testing.T) {
	t.Parallel()
	for f, x := range map[importer.Format]struct {
		file string
		want []string
	}{
		importer.LiteLLM: {"litellm.yaml", []string{
			"connection azure azure  https://acme.openai.azure.com/ key=false\n", "connection openai openai   key=true\n", "connection anthropic anthropic   key=true\n",
			"connection openai-compatible openai-compatible  https://llm.acme.test/v1 key=true\n", "connection bedrock bedrock  https://bedrock-runtime.eu-west-1.amazonaws.com key=false\n",
			"route gpt-4o  azure/gpt-4o-eu*0 openai/gpt-4o*0 claude*0\n", "route claude  anthropic/claude-sonnet-4-5*0\n", "route local  openai-compatible/qwen*0\n", "budget  1500 monthly\n",
			"left: The variable AZURE_KEY, which holds the key of azure, is not set here", "left: model_list[4]: a pattern of models", `left: model_list[5]: the provider "nobody"`,
			"left: model_list[0].litellm_params.rpm has", "left: router_settings.routing_strategy has", "left: litellm_settings.drop_params has", "left: general_settings.master_key has"}},
		importer.Bifrost: {"bifrost.json", []string{
			"connection openai openai   key=true\n", "connection openai-2 openai   key=true\n", "connection anthropic anthropic   key=true\n", "connection house openai-compatible  https://llm.acme.test/v1 key=true\n",
			"route gpt-4o  openai/gpt-4o*0 openai-2/gpt-4o*0\n", "route gpt-4o-mini  openai/gpt-4o-mini*0\n", "route llama-3  house/llama-3*0\n", "team Shop in Retail\n", "team Lab in \n",
			"budget team:Shop 200.5 monthly\n", "budget department:Retail 900 weekly\n", "left: governance.budgets: a budget's period of 7m", "left: providers.nobody:", "left: governance.virtual_keys: 1 keys", "left: client has", "left: providers.openai.keys.weight has"}},
		importer.Portkey: {"portkey.json", []string{
			"connection openai openai   key=true\n", "connection anthropic anthropic   key=true\n", "route portkey weighted openai/gpt-4o*70 anthropic/claude-sonnet-4-5*30\n",
			"left: targets[2]: a virtual key of Portkey", "left: retry has", "left: cache has", "left: targets[0].override_params.temperature has"}},
	} {
		got := told(read(t, f, x.file))
		for _, want := range x.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s lacks %q:\n%s", f, want, got)
			}
		}
	}
}

// bound reads a configuration where the variables are set that end in _SET.
func bound(t *testing.T, f importer.Format, text string) string {
	t.Helper()
	in, err := importer.Read(f, []byte(text), func(name string) (string, bool) {
		return "https://" + strings.ToLower(name) + ".test", strings.HasSuffix(name, "_SET")
	})
	if err != nil {
		t.Fatal(err)
	}
	return told(in)
}

func TestModelsOfBifrostKeepWhatTheirProviderCallsThem(t *testing.T) {
	t.Parallel()
	got := bound(t, importer.Bifrost, `{"providers": {
"anthropic": {"keys": [{"value": "k", "models": ["*"], "aliases": {"opus": "claude-opus-4-5"}}]},
"azure": {"keys": [{"value": "k", "models": ["gpt-4o", "o3"], "azure_key_config": {"endpoint": "https://a.test", "client_id": "c", "deployments": {"gpt-4o": "acme-gpt"}}}]},
"openai": {"keys": [{"value": "k", "models": ["*"]}]}}}`)
	want := "connection anthropic anthropic   key=true\nconnection azure azure  https://a.test key=true\nconnection openai openai   key=true\n" +
		"route opus  anthropic/claude-opus-4-5*0\nroute gpt-4o  azure/acme-gpt*0\nroute o3  azure/o3*0\n" +
		"left: providers.anthropic.keys: a pattern of models is no alias; the connection's own models can be asked for by their names.\n" +
		"left: providers.azure.keys.azure_key_config.client_id has no place here.\n" +
		"left: providers.openai.keys: a pattern of models is no alias; the connection's own models can be asked for by their names.\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWeightsOfPortkeyAreSharesOfTheirSum(t *testing.T) {
	t.Parallel()
	for weights, want := range map[[2]string]string{{"0.7", "0.3"}: "openai/a*70 openai/b*30", {"70", "30"}: "openai/a*700 openai/b*300", {"1", "2"}: "openai/a*100 openai/b*200", {"5000", "1"}: "openai/a*1000 openai/b*1"} {
		got := bound(t, importer.Portkey, `{"strategy": {"mode": "loadbalance"}, "targets": [{"provider": "openai", "api_key": "k", "weight": `+weights[0]+
			`, "override_params": {"model": "a"}}, {"provider": "openai", "api_key": "k", "weight": `+weights[1]+`, "override_params": {"model": "b"}}]}`)
		if !strings.Contains(got, want) {
			t.Errorf("%v: it lacks %q:\n%s", weights, want, got)
		}
	}
}

func TestTargetsOfPortkeyWithoutRequestsAreNoTargets(t *testing.T) {
	t.Parallel()
	for weights, want := range map[[2]string]string{
		{`"weight": 1,`, `"weight": 0,`}: "route portkey weighted openai/a*100\nleft: targets[1] has the weight 0, so it gets no requests: it is a connection and no target of the route.\n",
		{`"weight": 2,`, ``}:             "route portkey weighted openai/a*200 openai/b*100\n", // one without a weight counts as 1
		{`"weight": 0.5,`, ``}:           "route portkey weighted openai/a*50 openai/b*100\n",
		{``, ``}:                         "route portkey weighted openai/a*100 openai/b*100\n",
	} {
		got := bound(t, importer.Portkey, `{"strategy": {"mode": "loadbalance"}, "targets": [{"provider": "openai", "api_key": "k", `+weights[0]+
			`"override_params": {"model": "a"}}, {"provider": "openai", "api_key": "k", `+weights[1]+`"override_params": {"model": "b"}}]}`)
		if !strings.HasSuffix(got, want) {
			t.Errorf("%v: it does not end with %q:\n%s", weights, want, got)
		}
	}
	// Where targets are tried in their order a weight means nothing.
	got := bound(t, importer.Portkey, `{"strategy": {"mode": "fallback"}, "targets": [{"provider": "openai", "api_key": "k", "weight": 0, "override_params": {"model": "a"}}]}`)
	if !strings.HasSuffix(got, "route portkey  openai/a*0\n") {
		t.Error(got)
	}
}

func TestModelsThatAreEachOthersFallbackLeadToEachOther(t *testing.T) {
	t.Parallel()
	got := bound(t, importer.LiteLLM, `
model_list:
  - {model_name: GPT, litellm_params: {model: gpt-4o, api_key: k}}
  - {model_name: claude, litellm_params: {model: claude-sonnet-4-5, api_key: k}}
  - {model_name: "*", litellm_params: {model: openai/*, api_key: k}}
litellm_settings:
  fallbacks: [{GPT: [claude]}, {claude: [GPT, o3]}, {"*": [claude]}, {o3: [claude]}]
`)
	for _, want := range []string{"route gpt  openai/gpt-4o*0 claude*0\nroute claude  anthropic/claude-sonnet-4-5*0 openai/gpt-4o*0\nleft:", // no route - and no route o3
		"fallbacks[1]: it leads to a name that", "fallbacks[2]: it is for a name that", "fallbacks[3]: it is for a name that"} {
		if !strings.Contains(got, want) {
			t.Errorf("it lacks %q:\n%s", want, got)
		}
	}
}

func TestAnAddressMayStandInAVariable(t *testing.T) {
	t.Parallel()
	for f, x := range map[importer.Format]struct{ file, want string }{
		importer.LiteLLM: {`
model_list:
  - {model_name: a, litellm_params: {model: azure/gpt, api_base: os.environ/AZURE_SET, api_key: k}}
  - {model_name: b, litellm_params: {model: openai/own, api_base: os.environ/OWN, api_key: k}}
  - {model_name: c, litellm_params: {model: bedrock/x, aws_region_name: os.environ/REGION, api_key: k}}
`, "connection azure azure  https://azure_set.test key=true\nroute a  azure/gpt*0\n" +
			"left: model_list[1]: the variable OWN, which says where it is, is not set here.\nleft: model_list[2]: the variable REGION, which says where it is, is not set here.\n"},
		importer.Bifrost: {`{"providers": {"azure": {"keys": [
{"value": "k", "models": ["gpt"], "azure_key_config": {"endpoint": "env.AZURE_SET"}}, {"value": "k2", "models": ["gpt"], "azure_key_config": {"endpoint": "env.OTHER"}}]},
"house": {"keys": [{"value": "k"}], "network_config": {"base_url": "env.HOUSE_SET"}}}}`, "connection azure azure  https://azure_set.test key=true\n" +
			"connection house openai-compatible  https://house_set.test key=true\nroute gpt  azure/gpt*0\nleft: providers.azure.keys: the variable OTHER, which says where it is, is not set here.\n"},
	} {
		if got := bound(t, f, x.file); got != x.want {
			t.Errorf("%s: got\n%s\nwant\n%s", f, got, x.want)
		}
	}
}

func TestKeysOfAFileBecomeConnections(t *testing.T) {
	t.Parallel()
	in, err := importer.Read(importer.Env, []byte("# ours\nexport OPENAI_API_KEY=\"sk-canary-1\" # main\nOPENAI_BASE_URL='https://eu.api.openai.com/v1'\n\nGROQ_API_KEY=gsk-canary\nAWS_ACCESS_KEY_ID=AKIA\nAWS_SECRET_ACCESS_KEY=canary\nAWS_REGION=eu-west-1\nDATABASE_PASSWORD=canary-db\nEMPTY_API_KEY=\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := "connection openai openai  https://eu.api.openai.com/v1 key=true\nconnection groq openai-compatible groq  key=true\nconnection bedrock bedrock  https://bedrock-runtime.eu-west-1.amazonaws.com key=true\n" +
		"left: DATABASE_PASSWORD is no account at a provider that is known here.\nleft: EMPTY_API_KEY is no account at a provider that is known here.\n"
	if got := told(in); got != want || in.Connections[0].Credential.Reveal() != "sk-canary-1" {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestATemporaryKeyOfAWSKeepsItsSession(t *testing.T) {
	t.Parallel()
	in, err := importer.Read(importer.Env, []byte("AWS_ACCESS_KEY_ID=ASIA\nAWS_SECRET_ACCESS_KEY=canary\nAWS_SESSION_TOKEN=session\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := told(in); !strings.Contains(got, "left: The access key of AWS is a temporary one") || in.Connections[0].Credential.Reveal() != "ASIA:canary:session" {
		t.Error(got)
	}
}

func TestMoneyMayBeWrittenAsAnyNumber(t *testing.T) {
	t.Parallel()
	for limit, want := range map[string]string{"1000000.0": "1000000", "1e6": "1000000", "12345678.5": "12345678.5", "0.00001": "0.00001", "25": "25"} {
		if got := bound(t, importer.LiteLLM, "litellm_settings: {max_budget: "+limit+", budget_duration: 30d}"); got != "budget  "+want+" monthly\n" {
			t.Errorf("%s: %s", limit, got)
		}
	}
}

func TestAListOfPeopleMakesTheirTeams(t *testing.T) {
	t.Parallel()
	in, err := importer.Read(importer.People, []byte("\xef\xbb\xbfEmail;Name;Role;Team;Department;Phone\nAda@Acme.test;Ada;Lead;Search;;1\nbob@acme.test;\"Bob; jr\";;Search;Research;\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := "team Search in Research\nperson ada@acme.test Ada lead Search\nperson bob@acme.test Bob; jr developer Search\nleft: The column \"phone\" has no place here; there are email, name, role, team, department.\n"
	if got := told(in); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestABadFileIsRefusedInWords(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		f          importer.Format
		text, want string
	}{
		"no format":           {"toml", "a", "There is no format"},
		"nothing in it":       {importer.Env, "PATH=/bin", "Nothing in the file"},
		"a line that is none": {importer.Env, "A=1\nsk-canary-only", "Line 2 is not"},
		"no head":             {importer.People, "", "The first line"},
		"no column":           {importer.People, "name\nAda", "no column email"},
		"no address":          {importer.People, "email\nada", "Line 2 has no e-mail"},
		"a role of elsewhere": {importer.People, "email,role\na@b.test,owner", "Line 2: a role is"},
		"cells too many":      {importer.People, "email,role\na@b.test,viewer,x", "This is no CSV"},
		"no YAML":             {importer.LiteLLM, "a: [", "This is not YAML"},
		"an alias bomb":       {importer.LiteLLM, "a: &a [x]\nb: [*a, *a]", "Anchors and aliases"},
		"a list":              {importer.LiteLLM, "- a", "is an object"},
		"negative money":      {importer.LiteLLM, "litellm_settings: {max_budget: -5, budget_duration: 30d}", "no number"},
		"no JSON":             {importer.Bifrost, `{"providers": {`, "not a JSON object"},
		"another encoding":    {importer.People, "email;name;team\nzoe@acme.test;Zo\xeb;Qualit\xe4t", "not in UTF-8"},
		"too long":            {importer.Portkey, strings.Repeat(" ", 1<<20+1), "longer than"},
	} {
		_, err := importer.Read(x.f, []byte(x.text), nil)
		if err == nil || !strings.Contains(err.Error(), x.want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
