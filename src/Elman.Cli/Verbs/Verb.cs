using System.CommandLine;

namespace Elman.Cli;

/// <summary>A command with examples, which its help shows last.</summary>
internal sealed class Verb(string name, string description, params string[] examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples { get; } = examples;
}
