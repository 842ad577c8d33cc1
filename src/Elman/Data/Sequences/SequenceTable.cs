using System.Collections.Immutable;

namespace Elman;

/// <summary>Sequences that were made of a table, and the rows of each.</summary>
public sealed class SequenceTable
{
    private readonly TableColumn? _label;
    private readonly IReadOnlyList<List<int>> _rows;

    internal SequenceTable(Table table, SequenceColumns columns, IReadOnlyList<Sequence> sequences, IReadOnlyList<List<int>> rows, string? label)
    {
        (Table, Columns, Sequences, _rows) = (table, columns, sequences, rows);
        _label = label is null ? null : LabelledTables.Column(table, label);
        if (sequences.Count == 0) throw new ElmanException($"{table.Name}: there are no rows");
    }

    /// <summary>The table.</summary>
    public Table Table { get; }

    /// <summary>Which columns made them.</summary>
    public SequenceColumns Columns { get; }

    /// <summary>The sequences.</summary>
    public IReadOnlyList<Sequence> Sequences { get; }

    /// <summary>The columns of a time step's values, in order; empty for texts.</summary>
    public ImmutableArray<string> FeatureNames { get; init; } = [];

    /// <summary>What a model that learns from it has to remember.</summary>
    internal SequenceColumns Remembered => Columns with { Features = FeatureNames };

    /// <summary>Whether the table has labels.</summary>
    public bool IsLabelled => _label is not null;

    /// <summary>Whether the label changes within some sequence: then each time step has its own.</summary>
    public bool LabelsChange => _label is not null && _rows.Any(rows => rows.Exists(row => _label.TextAt(row) != _label.TextAt(rows[0])));

    /// <summary>The rows of a sequence, ascending.</summary>
    public IReadOnlyList<int> RowsOf(int sequence) => _rows[sequence];

    /// <summary>The sequences with a label each.</summary>
    /// <exception cref="ElmanException">A label is empty, or a group has two.</exception>
    public LabelledSequences Labelled() => new([.. Sequences.Select((sequence, at) => new Example<Sequence, string>(sequence, LabelledTables.Label(Table, Label, Columns.Group, _rows[at], Columns.Last)))]);

    /// <summary>The sequences with a number each.</summary>
    /// <exception cref="ElmanException">A label is empty or no number, or a group has two.</exception>
    public IReadOnlyList<Example<Sequence, double[]>> Numbers()
    {
        NumberColumn numbers = OfNumbers();
        return [.. Sequences.Select((sequence, at) =>
        {
            LabelledTables.Label(Table, numbers, Columns.Group, _rows[at], Columns.Last);
            return new Example<Sequence, double[]>(sequence, [numbers.Values[_rows[at][^1]]]);
        })];
    }

    /// <summary>The sequences with a number for each time step, NaN where it is not known.</summary>
    /// <exception cref="ElmanException">The labels are no numbers.</exception>
    public IReadOnlyList<Example<Sequence, double[]>> NumbersOfSteps()
    {
        NumberColumn numbers = OfNumbers();
        return [.. Sequences.Select((sequence, at) => new Example<Sequence, double[]>(sequence, [.. _rows[at].Select(row => numbers.Values[row])]))];
    }

    private TableColumn Label => _label ?? throw new InvalidOperationException("the table has no labels");

    private NumberColumn OfNumbers() => Label as NumberColumn
        ?? throw new ElmanException($"{Table.Name}: {Table.PlaceOf(Label)} holds no numbers{(Label is TextColumn { NotNumbers: { } why } ? $" ({why})" : "")}; for classes, elman train classify");
}
