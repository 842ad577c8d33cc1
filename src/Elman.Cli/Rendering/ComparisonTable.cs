using System.Globalization;
using Elman.Formats;
using Spectre.Console;

namespace Elman.Cli;

using Table = Spectre.Console.Table;
using TableColumn = Spectre.Console.TableColumn;

/// <summary>Shows how far two models are apart.</summary>
internal static class ComparisonTable
{
    /// <summary>Writes the largest difference of every output, and of all.</summary>
    /// <returns>Whether all are within the tolerance.</returns>
    public static bool Write(ConversionProof proof, double tolerance, Terminal terminal)
    {
        var table = terminal.NewTable();
        table.AddColumns(new TableColumn("output"), new TableColumn("numbers").RightAligned(), new TableColumn("largest difference").RightAligned());
        foreach (var one in proof.Outputs)
            table.AddRow(Terminal.Cell(one.Name.Length == 0 ? "network" : one.Name), Terminal.Cell(one.Count.ToString("N0", CultureInfo.InvariantCulture)), Terminal.Cell(Number(one.Difference)));
        terminal.Results().Write(table);
        bool within = proof.Largest <= tolerance;
        terminal.Out.WriteLine($"by {proof.By ?? "the network as it was read"}: "
            + $"largest difference {Number(proof.Largest)}, {(within ? "within" : "above")} the tolerance of {Number(tolerance)}");
        foreach (string line in proof.Assumed)
            terminal.Out.WriteLine($"assumed, for the file does not tell: {line}");
        return within;
    }

    private static string Number(double value) => value == 0 ? "0" : double.IsFinite(value) ? value.ToString("0.##E-0", CultureInfo.InvariantCulture) : "no number";
}
