extension MalformedFiles {
    static let groupTable: [MalformedFile] = [
        MalformedFile(
            name: "a default of allow",
            lines: [
                "maxine_policy: 1",
                "defaults: { decision: allow }",
            ],
            errors: [
                "2:23: the default decision is always deny (write an allow rule "
                    + "for what is to be allowed)"
            ]),
        MalformedFile(
            name: "defaults without a decision",
            lines: [
                "maxine_policy: 1",
                "defaults: {}",
            ],
            errors: [
                "2:11: defaults needs the key 'decision'"
            ]),
        MalformedFile(
            name: "defaults with another key",
            lines: [
                "maxine_policy: 1",
                "defaults: { decision: deny, effect: deny }",
            ],
            errors: [
                "2:29: defaults has no key 'effect' (its keys are decision)"
            ]),
        MalformedFile(
            name: "groups as a list",
            lines: [
                "maxine_policy: 1",
                "groups: [ a ]",
            ],
            errors: [
                "2:9: expected a mapping of groups, found a list"
            ]),
        MalformedFile(
            name: "a group with an unknown kind",
            lines: [
                "maxine_policy: 1",
                "groups: { g: { service: [ a ] } }",
            ],
            errors: [
                "2:16: a group has no key 'service' (did you mean 'services'?)"
            ]),
        MalformedFile(
            name: "an empty group",
            lines: [
                "maxine_policy: 1",
                "groups: { g: {} }",
            ],
            errors: [
                "2:14: group 'g' is empty (its keys are services, namespaces, "
                    + "cidr)"
            ]),
        MalformedFile(
            name: "a group with an empty list",
            lines: [
                "maxine_policy: 1",
                "groups: { g: { services: [] } }",
            ],
            errors: [
                "2:26: the list is empty"
            ]),
        MalformedFile(
            name: "a group with a space in its name",
            lines: [
                "maxine_policy: 1",
                "groups: { \"a b\": { services: [ a ] } }",
            ],
            errors: [
                "2:11: a group's name has only letters, digits, '.', '-' and "
                    + "'_', not 'a b'"
            ]),
        MalformedFile(
            name: "a group with a star inside",
            lines: [
                "maxine_policy: 1",
                "groups: { g: { services: [ \"a*b\" ] } }",
            ],
            errors: [
                "2:28: '*' may stand only at the end, not as in 'a*b' (patterns "
                    + "are exact, prefix* and *)"
            ]),
        MalformedFile(
            name: "a group with a bad block",
            lines: [
                "maxine_policy: 1",
                "groups: { g: { cidr: [ 10.0.0.1/8 ] } }",
            ],
            errors: [
                "2:24: '10.0.0.1/8' sets bits behind its prefix (did you mean "
                    + "'10.0.0.0/8'?)"
            ]),
        MalformedFile(
            name: "a group that contains itself",
            lines: [
                "maxine_policy: 1",
                "groups: { g: { services: [ \"group:g\" ] } }",
            ],
            errors: [
                "2:28: group 'g' contains itself: g > g"
            ]),
        MalformedFile(
            name: "groups in a circle",
            lines: [
                "maxine_policy: 1",
                "groups: { a: { services: [ \"group:b\" ] }, b: { services: [ \"group:a\" ] } }",
            ],
            errors: [
                "2:60: group 'a' contains itself: a > b > a"
            ]),
        MalformedFile(
            name: "a group of a group that is not there",
            lines: [
                "maxine_policy: 1",
                "groups: { g: { services: [ \"group:h\" ] } }",
            ],
            errors: [
                "2:28: there is no group 'h' (did you mean 'g'?)"
            ]),
        MalformedFile(
            name: "a group with another's name nearly",
            lines: [
                "maxine_policy: 1",
                "groups: { payments: { services: [ a ] } }",
                "acl: [ { id: a, effect: deny, resources: { services: [ \"group:payment\" ] } } ]",
            ],
            errors: [
                "3:56: there is no group 'payment' (did you mean 'payments'?)"
            ]),
        MalformedFile(
            name: "a group without services named as services",
            lines: [
                "maxine_policy: 1",
                "groups: { g: { cidr: [ 10.0.0.0/8 ] } }",
                "acl: [ { id: a, effect: deny, resources: { services: [ \"group:g\" ] } } ]",
            ],
            errors: [
                "3:56: 'group:g' has no services (give the group some, or name "
                    + "another group)"
            ]),
        MalformedFile(
            name: "a group without blocks named as addresses",
            lines: [
                "maxine_policy: 1",
                "groups: { g: { services: [ a ] } }",
                "acl: [ { id: a, effect: deny, when: { source_ip: [ \"group:g\" ] } } ]",
            ],
            errors: [
                "3:52: 'group:g' has no address blocks (give the group some, or "
                    + "name another group)"
            ]),
        MalformedFile(
            name: "a group without namespaces in an intention",
            lines: [
                "maxine_policy: 1",
                "groups: { g: { services: [ a ] } }",
                "intentions: [ { id: a, effect: deny, from: [ { service: w, namespace: \"group:g\" } ], to: [ { service: x } ] } ]",
            ],
            errors: [
                "3:71: 'group:g' has no namespaces (give the group some, or name "
                    + "another group)"
            ]),
        MalformedFile(
            name: "a regular expression",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, resources: { services: [ \"^pay.*$\" ] } } ]",
            ],
            errors: [
                "2:56: '*' may stand only at the end, not as in '^pay.*$' "
                    + "(patterns are exact, prefix* and *)"
            ]),
    ]
}
