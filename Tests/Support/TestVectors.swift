package import Foundation

/// Test vectors that nobody here wrote; they are not part of the repository.
package enum TestVectors {
    /// The folder: MAXINE_VECTORS, or `../shared/vectors` beside the package.
    package static var folder: String {
        if let named = ProcessInfo.processInfo.environment["MAXINE_VECTORS"] { return named }
        var url = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { url.deleteLastPathComponent() }
        return url.path + "/shared/vectors"
    }

    /// Whether a file or folder is there; a test that needs it is skipped, saying so, when it is not.
    package static func exist(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: folder + "/" + name)
    }

    /// The contents of a file.
    package static func data(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
    }
}
