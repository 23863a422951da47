package gateway

// profileJSON is an inference profile as Bedrock lists them. Claude Code in its Bedrock mode asks for the list when it
// starts, at the same address as for answers.
type profileJSON struct {
	ID          string         `json:"inferenceProfileId"`
	ARN         string         `json:"inferenceProfileArn"`
	Name        string         `json:"inferenceProfileName"`
	Description string         `json:"description"`
	Models      []profileModel `json:"models"`
	Status      string         `json:"status"`
	Type        string         `json:"type"`
	CreatedAt   string         `json:"createdAt"`
	UpdatedAt   string         `json:"updatedAt"`
}

type profileModel struct {
	ARN string `json:"modelArn"`
}

// listProfiles lists what a key may ask for as profiles of the system's own kind. A client that wants its own application's
// profiles gets none: there are none here.
func (g *Gateway) listProfiles(x *Exchange, _ string) {
	list := struct {
		Profiles []profileJSON `json:"inferenceProfileSummaries"`
	}{[]profileJSON{}}
	if kind := x.R.URL.Query().Get("type"); kind != "" && kind != "SYSTEM_DEFINED" {
		g.writeJSON(x, list)
		return
	}
	const region, never = "us-east-1", "1970-01-01T00:00:00Z" // an ARN needs a region, and a name was never made
	for _, name := range g.offer(x) {
		list.Profiles = append(list.Profiles, profileJSON{ID: name, ARN: "arn:aws:bedrock:" + region + "::inference-profile/" + name, Name: name,
			Description: name + " by way of Bodhi Gateway", Models: []profileModel{{"arn:aws:bedrock:" + region + "::foundation-model/" + name}},
			Status: "ACTIVE", Type: "SYSTEM_DEFINED", CreatedAt: never, UpdatedAt: never})
	}
	g.writeJSON(x, list)
}
