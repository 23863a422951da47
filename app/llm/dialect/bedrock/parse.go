package bedrock

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

var errType = errors.New("bedrock: a value has the wrong type")

// Parse implements llm.Dialect. Decode has found the body sound, so only the types of what it skipped can be wrong.
func (Dialect) Parse(call *llm.Call) (*llm.Conversation, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(call.Body, &fields); err != nil {
		return nil, fault.Field("", "The request's body must be a JSON object.").Because(err)
	}
	c := &llm.Conversation{}
	for _, name := range ordered {
		raw, there := fields[name]
		if delete(fields, name); !there || string(raw) == "null" || readers[name] == nil {
			continue
		}
		if err := readers[name](c, raw); err != nil {
			if f := (*fault.Error)(nil); errors.As(err, &f) {
				return nil, f
			}
			return nil, fault.Field(name, fmt.Sprintf("%q cannot be read: a value in it has the wrong type.", name)).Because(err)
		}
	}
	for name, raw := range fields {
		if string(raw) != "null" {
			c.Unknown = append(c.Unknown, name)
		}
	}
	slices.Sort(c.Unknown)
	return c, nil
}

// ordered are the fields in the order in which they are read.
var ordered = []string{"system", "messages", "toolConfig", "inferenceConfig", "additionalModelRequestFields", "outputConfig", "requestMetadata",
	"serviceTier", "performanceConfig", "additionalModelResponseFieldPaths", "modelId"}

// readers read the fields. Those without one were read by Decode, or mean nothing elsewhere and lose nothing.
var readers = map[string]func(*llm.Conversation, json.RawMessage) error{
	"system": func(c *llm.Conversation, r json.RawMessage) error {
		parts, err := readBlocks(r, "system")
		c.System = parts
		return err
	},
	"messages":                     parseMessages,
	"toolConfig":                   parseTools,
	"inferenceConfig":              parseConfig,
	"additionalModelRequestFields": parseExtra,
	"outputConfig":                 parseOutput,
	"requestMetadata":              func(c *llm.Conversation, r json.RawMessage) error { c.Metadata = r; return nil },
}

func parseConfig(c *llm.Conversation, r json.RawMessage) error {
	var v struct {
		Temperature json.RawMessage `json:"temperature"`
		TopP        json.RawMessage `json:"topP"`
		Stop        []string        `json:"stopSequences"`
	}
	err := json.Unmarshal(r, &v)
	c.Sampling.Stop = v.Stop
	return errors.Join(err, number(v.Temperature, &c.Sampling.Temperature), number(v.TopP, &c.Sampling.TopP))
}

// number keeps a JSON number as it is written.
func number(r json.RawMessage, into *llm.Number) error {
	if len(r) == 0 || string(r) == "null" {
		return nil
	}
	var n json.Number
	if r[0] == '"' || json.Unmarshal(r, &n) != nil {
		return errType
	}
	*into = llm.Number(n)
	return nil
}

// parseExtra reads Claude's own parameters, which everybody uses; others have no place elsewhere.
func parseExtra(c *llm.Conversation, r json.RawMessage) error {
	var v map[string]json.RawMessage
	if err := json.Unmarshal(r, &v); err != nil {
		return err
	}
	for name, raw := range v {
		var err error
		switch name {
		case "top_k":
			err = number(raw, &c.Sampling.TopK)
		case "thinking", "reasoning_config":
			var t struct {
				Type   string `json:"type"`
				Budget int64  `json:"budget_tokens"`
			}
			err = json.Unmarshal(raw, &t)
			switch t.Type {
			case "enabled":
				c.Reasoning.Budget = max(t.Budget, 0)
			case "adaptive":
				c.Reasoning.Adaptive = true
			case "disabled":
				c.Reasoning.Effort = "none"
			}
		case "reasoning_effort":
			err = json.Unmarshal(raw, &c.Reasoning.Effort)
		case "stop_sequences":
			err = json.Unmarshal(raw, &c.Sampling.Stop)
		default:
			c.Unknown = append(c.Unknown, "additionalModelRequestFields."+name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func parseOutput(c *llm.Conversation, r json.RawMessage) error {
	var v struct {
		Effort string `json:"effort"`
		Format struct {
			Type      string `json:"type"`
			Structure struct {
				JSON struct {
					Schema      string `json:"schema"`
					Name        string `json:"name"`
					Description string `json:"description"`
				} `json:"jsonSchema"`
			} `json:"structure"`
		} `json:"textFormat"`
	}
	if err := json.Unmarshal(r, &v); err != nil {
		return err
	}
	if v.Effort != "" && c.Reasoning.Adaptive {
		c.Reasoning.Effort = v.Effort
	}
	if s := v.Format.Structure.JSON; v.Format.Type == "json_schema" {
		if !json.Valid([]byte(s.Schema)) {
			return fault.Field("outputConfig.textFormat.structure.jsonSchema.schema", "The schema in \"outputConfig\" must be JSON in a string.")
		}
		c.Format = llm.Format{Kind: llm.FormatSchema, Name: s.Name, About: s.Description, Schema: []byte(s.Schema), Strict: true}
	}
	return nil
}

func parseTools(c *llm.Conversation, r json.RawMessage) error {
	var v struct {
		Tools  []toolEntry `json:"tools"`
		Choice *choice     `json:"toolChoice"`
	}
	if err := json.Unmarshal(r, &v); err != nil {
		return err
	}
	for i, t := range v.Tools {
		switch {
		case t.Cache != nil:
			if n := len(c.Tools); n > 0 {
				c.Tools[n-1].Cache = &llm.Cache{TTL: t.Cache.TTL}
			}
		case t.Spec == nil:
			c.Tools = append(c.Tools, llm.Tool{Name: "systemTool", Native: t.System, NativeOf: llm.Bedrock})
			if t.System == nil {
				return fault.Field(fmt.Sprintf("toolConfig.tools[%d]", i), fmt.Sprintf("toolConfig.tools[%d] has no \"toolSpec\".", i))
			}
		case t.Spec.Name == "":
			return fault.Field(fmt.Sprintf("toolConfig.tools[%d].toolSpec.name", i), fmt.Sprintf("toolConfig.tools[%d] has no name.", i))
		default:
			c.Tools = append(c.Tools, llm.Tool{Name: t.Spec.Name, Description: t.Spec.Description, Schema: t.Spec.Schema.JSON, Strict: t.Spec.Strict})
		}
	}
	switch ch := v.Choice; {
	case ch == nil:
	case ch.Any != nil:
		c.Choose.Mode = llm.ChooseAny
	case ch.Tool != nil:
		c.Choose = llm.ToolChoice{Mode: llm.ChooseNamed, Name: ch.Tool.Name}
	}
	return nil
}
