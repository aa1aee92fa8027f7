extension MalformedFiles {
    static let conditionTable: [MalformedFile] = [
        MalformedFile(
            name: "a time without days or hours",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { time: { zone: UTC } } } ]",
            ],
            errors: [
                "2:45: time needs 'days' or 'between' (such as { days: mon-fri, "
                    + "between: \"07:00-19:00\", zone: Europe/Berlin })"
            ]),
        MalformedFile(
            name: "a time in no zone",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { time: { days: mon } } } ]",
            ],
            errors: [
                "2:45: time needs the key 'zone' (such as Europe/Berlin or UTC)"
            ]),
        MalformedFile(
            name: "a zone that is not there",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { time: { days: mon, zone: Europe/Berlim } } } ]",
            ],
            errors: [
                "2:64: there is no time zone 'Europe/Berlim' (did you mean "
                    + "'Europe/Berlin'?)"
            ]),
        MalformedFile(
            name: "a zone that leaves its folder",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { time: { days: mon, zone: ../etc/passwd } } } ]",
            ],
            errors: [
                "2:64: there is no time zone '../etc/passwd' (such as "
                    + "Europe/Berlin or UTC)"
            ]),
        MalformedFile(
            name: "an abbreviation as a zone",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { time: { days: mon, zone: CEST } } } ]",
            ],
            errors: [
                "2:64: there is no time zone 'CEST' (such as Europe/Berlin or "
                    + "UTC)"
            ]),
        MalformedFile(
            name: "a day that is none",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { time: { days: monday, zone: UTC } } } ]",
            ],
            errors: [
                "2:53: 'monday' is not days of the week (such as mon-fri or sat)"
            ]),
        MalformedFile(
            name: "days with two dashes",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { time: { days: mon-wed-fri, zone: UTC } } } ]",
            ],
            errors: [
                "2:53: 'mon-wed-fri' is not days of the week (such as mon-fri or "
                    + "sat)"
            ]),
        MalformedFile(
            name: "an empty list of days",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { time: { days: [], zone: UTC } } } ]",
            ],
            errors: [
                "2:53: the list of days is empty"
            ]),
        MalformedFile(
            name: "hours that are none",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { time: { between: \"7-19\", zone: UTC } } } ]",
            ],
            errors: [
                "2:56: '7-19' is not a time of day span (such as \"07:00-19:00\" "
                    + "or \"22:00-06:00\")"
            ]),
        MalformedFile(
            name: "the hour 25",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { time: { between: \"07:00-25:00\", zone: UTC } } } ]",
            ],
            errors: [
                "2:56: '07:00-25:00' is not a time of day span (such as "
                    + "\"07:00-19:00\" or \"22:00-06:00\")"
            ]),
        MalformedFile(
            name: "a minute 60",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { time: { between: \"07:60-08:00\", zone: UTC } } } ]",
            ],
            errors: [
                "2:56: '07:60-08:00' is not a time of day span (such as "
                    + "\"07:00-19:00\" or \"22:00-06:00\")"
            ]),
        MalformedFile(
            name: "hours without length",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { time: { between: \"07:00-07:00\", zone: UTC } } } ]",
            ],
            errors: [
                "2:56: '07:00-07:00' is empty or ambiguous (for all day leave "
                    + "'between' out)"
            ]),
        MalformedFile(
            name: "hours until 00:00",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { time: { between: \"07:00-00:00\", zone: UTC } } } ]",
            ],
            errors: [
                "2:56: '07:00-00:00' is empty or ambiguous (the day ends at "
                    + "24:00)"
            ]),
        MalformedFile(
            name: "a time as text",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { time: mon-fri } } ]",
            ],
            errors: [
                "2:45: expected a mapping, found the text 'mon-fri'"
            ]),
        MalformedFile(
            name: "a time with an unknown key",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { time: { days: mon, zone: UTC, until: \"19:00\" } } } ]",
            ],
            errors: [
                "2:69: time has no key 'until' (its keys are days, between, zone)"
            ]),
        MalformedFile(
            name: "a strength without comparison",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { auth_strength: mfa } } ]",
            ],
            errors: [
                "2:54: a strength is compared with >= or <, not as in 'mfa' "
                    + "(such as \">=mfa\")"
            ]),
        MalformedFile(
            name: "a strength with another comparison",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { auth_strength: \"<=mfa\" } } ]",
            ],
            errors: [
                "2:54: a strength is compared with >= or <, not as in '<=mfa' "
                    + "(such as \">=mfa\")"
            ]),
        MalformedFile(
            name: "a strength that is none",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { auth_strength: \">=mfaa\" } } ]",
            ],
            errors: [
                "2:54: '>=mfaa' is not a strength (did you mean 'mfa'?)"
            ]),
        MalformedFile(
            name: "a method that is none",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { auth_method: [ mtl ] } } ]",
            ],
            errors: [
                "2:54: 'mtl' is not a way to authenticate (did you mean 'mtls'?)"
            ]),
        MalformedFile(
            name: "the method none",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { auth_method: [ none ] } } ]",
            ],
            errors: [
                "2:54: 'none' is not a way to authenticate (it is one of mtls, "
                    + "jwt, api_key, ldap, oidc, saml, session, join_token)"
            ]),
        MalformedFile(
            name: "methods as text",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { auth_method: mtls } } ]",
            ],
            errors: [
                "2:52: expected a list, found the text 'mtls' (write [mtls])"
            ]),
        MalformedFile(
            name: "an age without a unit",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { cert_age: \"<24\" } } ]",
            ],
            errors: [
                "2:49: '<24' is not an age (such as \"<24h\" or \">=10m\"; the units "
                    + "are s, m, h, d)"
            ]),
        MalformedFile(
            name: "an age in weeks",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { cert_age: \"<2w\" } } ]",
            ],
            errors: [
                "2:49: '<2w' is not an age (such as \"<24h\" or \">=10m\"; the units "
                    + "are s, m, h, d)"
            ]),
        MalformedFile(
            name: "an age without comparison",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { cert_age: 24h } } ]",
            ],
            errors: [
                "2:49: an age is compared with >= or <, not as in '24h' (such as "
                    + "\">=10m\")"
            ]),
        MalformedFile(
            name: "an age of many digits",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { cert_age: \"<99999999h\" } } ]",
            ],
            errors: [
                "2:49: '<99999999h' is not an age (such as \"<24h\" or \">=10m\"; "
                    + "the units are s, m, h, d)"
            ]),
        MalformedFile(
            name: "a condition with a typing error",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { source_op: [ 10.0.0.0/8 ] } } ]",
            ],
            errors: [
                "2:39: when has no key 'source_op' (did you mean 'source_ip'?)"
            ]),
    ]
}
