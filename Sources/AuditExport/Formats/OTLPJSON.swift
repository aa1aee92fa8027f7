/// OTLP/HTTP requests in their JSON form (OTLP 1, "JSON Protobuf Encoding": 64-bit integers are strings).
enum OTLPJSON {
    static func request(_ events: [AuditEvent]) -> [UInt8] {
        let records = events.map { record(OTLPRecord($0)) }
        let scope = JSONBuilder.object { part in
            part.object("scope") { $0.text("name", OTLPRecord.scopeName) }
            part.objects("logRecords", records)
        }
        let resource = JSONBuilder.object { part in
            part.object("resource") { $0.objects("attributes", attributes(OTLPRecord.resource)) }
            part.objects("scopeLogs", [scope])
        }
        return JSONBuilder.object { $0.objects("resourceLogs", [resource]) }
    }

    private static func record(_ record: OTLPRecord) -> [UInt8] {
        JSONBuilder.object { part in
            part.text("timeUnixNano", String(record.timeUnixNano))
            part.text("observedTimeUnixNano", String(record.timeUnixNano))
            part.number("severityNumber", record.severity)
            part.text("severityText", record.severityText)
            part.object("body") { $0.text("stringValue", record.body) }
            part.objects("attributes", attributes(record.attributes))
            part.text("eventName", record.eventName)
        }
    }

    private static func attributes(_ pairs: [(String, OTLPRecord.Value)]) -> [[UInt8]] {
        pairs.map { name, value in
            JSONBuilder.object { pair in
                pair.text("key", name)
                pair.object("value") { part in
                    switch value {
                    case .text(let text): part.text("stringValue", text)
                    case .number(let number): part.text("intValue", String(number))
                    case .flag(let flag): part.flag("boolValue", flag)
                    }
                }
            }
        }
    }
}
