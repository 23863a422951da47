package importer

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/blueprint"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// account is how the SDKs of a provider are told their account: which variable holds the key, which the address.
type account struct {
	kind          provider.Kind
	service       string
	keys, address []string
}

var accounts = []account{
	{provider.OpenAI, "", []string{"OPENAI_API_KEY"}, []string{"OPENAI_BASE_URL", "OPENAI_API_BASE"}},
	{provider.Anthropic, "", []string{"ANTHROPIC_API_KEY"}, []string{"ANTHROPIC_BASE_URL"}},
	{provider.Gemini, "", []string{"GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"}, nil},
	{provider.Azure, "", []string{"AZURE_OPENAI_API_KEY", "AZURE_API_KEY"}, []string{"AZURE_OPENAI_ENDPOINT", "AZURE_API_BASE"}},
	{provider.Bedrock, "", []string{"AWS_BEARER_TOKEN_BEDROCK"}, nil},
	{provider.Compatible, "groq", []string{"GROQ_API_KEY"}, nil},
	{provider.Compatible, "mistral", []string{"MISTRAL_API_KEY"}, nil},
	{provider.Compatible, "deepseek", []string{"DEEPSEEK_API_KEY"}, nil},
	{provider.Compatible, "xai", []string{"XAI_API_KEY"}, nil},
	{provider.Compatible, "together", []string{"TOGETHER_API_KEY", "TOGETHERAI_API_KEY"}, nil},
	{provider.Compatible, "fireworks", []string{"FIREWORKS_API_KEY"}, nil},
	{provider.Compatible, "openrouter", []string{"OPENROUTER_API_KEY"}, nil},
	{provider.Compatible, "perplexity", []string{"PERPLEXITY_API_KEY"}, nil},
	{provider.Compatible, "cerebras", []string{"CEREBRAS_API_KEY"}, nil},
	{provider.Compatible, "moonshot", []string{"MOONSHOT_API_KEY"}, nil},
}

// envFile reads lines of NAME=value.
func (b *builder) envFile(text []byte) error {
	values := map[string]string{}
	var order []string
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, maxText)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(lines.Text()), "export "))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		if !ok || name == "" || strings.ContainsAny(name, " \t\"'") {
			return wrong("Line %d is not of the form NAME=value.", n)
		}
		values[name] = unquoted(value)
		order = append(order, name)
	}
	used := map[string]bool{}
	first := func(names []string) string {
		for _, n := range names {
			if v := values[n]; v != "" {
				used[n] = true
				return v
			}
		}
		return ""
	}
	for _, a := range accounts {
		if key := first(a.keys); key != "" {
			b.connect(Connection{Kind: a.kind, Service: a.service, BaseURL: first(a.address), Credential: secret.New(key)})
		}
	}
	if access, hidden := values["AWS_ACCESS_KEY_ID"], values["AWS_SECRET_ACCESS_KEY"]; access != "" && hidden != "" && values["AWS_BEARER_TOKEN_BEDROCK"] == "" {
		used["AWS_ACCESS_KEY_ID"], used["AWS_SECRET_ACCESS_KEY"] = true, true
		if token := first([]string{"AWS_SESSION_TOKEN"}); token != "" {
			hidden += ":" + token
			b.left("The access key of AWS is a temporary one: it ends within hours, and has to be replaced by one that stays.")
		}
		b.connect(Connection{Kind: provider.Bedrock, BaseURL: bedrock(first([]string{"AWS_REGION", "AWS_DEFAULT_REGION"})), Credential: secret.New(access + ":" + hidden)})
	}
	for _, name := range order {
		if !used[name] {
			b.left("%s is no account at a provider that is known here.", name)
		}
	}
	return nil
}

func bedrock(region string) string {
	if region == "" {
		return ""
	}
	return "https://bedrock-runtime." + region + ".amazonaws.com"
}

// unquoted takes quotes off a value, or the remark behind it.
func unquoted(v string) string {
	v = strings.TrimSpace(v)
	if len(v) >= 2 && (v[0] == '"' || v[0] == '\'') {
		if end := strings.IndexByte(v[1:], v[0]); end >= 0 {
			return v[1 : end+1]
		}
	}
	v, _, _ = strings.Cut(v, " #")
	return strings.TrimSpace(v)
}

// columns are what a list of people may have; the first is needed.
var columns = []string{"email", "name", "role", "team", "department"}

// people reads a CSV with a head. Teams and departments that it names are made.
func (b *builder) people(text []byte) error {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))))
	r.TrimLeadingSpace = true
	if first, _, _ := bytes.Cut(text, []byte("\n")); bytes.Count(first, []byte(";")) > bytes.Count(first, []byte(",")) {
		r.Comma = ';'
	}
	head, err := r.Read()
	if err != nil {
		return wrong("The first line has to name the columns: %s.", strings.Join(columns, ", "))
	}
	at := map[string]int{}
	for i, name := range head {
		name = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains(columns, name) {
			b.left("The column %q has no place here; there are %s.", name, strings.Join(columns, ", "))
		}
		at[name] = i
	}
	if _, ok := at["email"]; !ok {
		return wrong("There is no column email in the first line. There may be %s.", strings.Join(columns, ", "))
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return wrong("This is no CSV: %v.", err)
		}
		cell := func(name string) string {
			if i, ok := at[name]; ok {
				return strings.TrimSpace(row[i])
			}
			return ""
		}
		p := Person{Email: strings.ToLower(cell("email")), Name: cell("name"), Role: strings.ToLower(cell("role")), Team: cell("team")}
		line, _ := r.FieldPos(0)
		if p.Role == "" {
			p.Role = "developer"
		}
		switch {
		case p.Email == "" || !strings.Contains(p.Email, "@"):
			return wrong("Line %d has no e-mail address.", line)
		case !slices.Contains([]string{"admin", "lead", "developer", "viewer"}, p.Role):
			return wrong("Line %d: a role is admin, lead, developer or viewer. Managers are made under People, at their department.", line)
		}
		b.People = append(b.People, p)
		b.place(cell("department"), p.Team)
	}
}

func (b *builder) place(department, team string) {
	if department != "" && !slices.ContainsFunc(b.Document.Departments, func(d blueprint.Department) bool { return d.Name == department }) {
		b.Document.Departments = append(b.Document.Departments, blueprint.Department{Name: department})
	}
	at := slices.IndexFunc(b.Document.Teams, func(t blueprint.Team) bool { return t.Name == team })
	switch {
	case team == "":
	case at < 0:
		b.Document.Teams = append(b.Document.Teams, blueprint.Team{Name: team, Department: department})
	case b.Document.Teams[at].Department == "":
		b.Document.Teams[at].Department = department
	}
}
