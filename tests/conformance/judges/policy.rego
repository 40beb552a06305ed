package judged

import rego.v1

# The same six rules in Rego. Days are numbers, 20261123.

purposes := {
	"support.reply": {"models": ["gpt-5*"], "data": ["customer_pii"], "budget": 3, "expires": 20270331},
	"crm.sync": {"models": ["gpt-5*"], "data": ["customer_pii"]},
	"research.intents": {
		"models": ["gpt-5*"],
		"trains": {"kind": "classifier", "distributed": false, "competing": true},
	},
	"research.intents-for-sale": {
		"models": ["gpt-5*"],
		"trains": {"kind": "classifier", "distributed": true, "competing": true},
	},
	"research.chat-model": {
		"models": ["gpt-5*"],
		"trains": {"kind": "generative", "distributed": false, "competing": true},
	},
}

waivers := [{"rule": "pii-outside-eu", "purpose": "crm.sync", "expires": 20261231}]

purpose := purposes[input.purpose]

excepted if {
	purpose.trains.kind in {"classifier", "embedding", "organiser"}
	not purpose.trains.distributed
}

waived(rule) if {
	some waiver in waivers
	waiver.rule == rule
	waiver.purpose == input.purpose
	input.day <= waiver.expires
}

expired if input.day > purpose.expires

listed if {
	some pattern in purpose.models
	startswith(input.model, trim_suffix(pattern, "*"))
	input.endpoint == "responses"
}

reasons contains "purpose.unknown" if not purposes[input.purpose]

reasons contains "purpose.expired" if expired

reasons contains "no-competing-training" if {
	not expired
	purpose.trains.competing
	not excepted
}

reasons contains "pii-outside-eu" if {
	not expired
	"customer_pii" in purpose.data
	input.host != "eu.api.openai.com"
	not waived("pii-outside-eu")
}

reasons contains "purpose.model" if {
	purpose
	not expired
	not listed
}

reasons contains "budget.spent" if {
	not expired
	input.used >= purpose.budget
}
