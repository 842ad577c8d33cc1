namespace Elman;

/// <summary>In which order the layers of a recurrent network see the steps of a sequence.</summary>
public enum Direction
{
    /// <summary>From the first step to the last.</summary>
    Forward,

    /// <summary>
    /// From each sequence's last valid step to its first; outputs stay aligned with the inputs in time. Parameters have the names of the forward
    /// direction, so that a state dict of a network that was trained on reversed sequences loads as it is.
    /// </summary>
    Reverse,

    /// <summary>Both (Schuster and Paliwal 1997): D = 2. The parameters of the second have the suffix <c>_reverse</c>, as in PyTorch.</summary>
    Both,
}

/// <summary>What follows from a <see cref="Direction"/> for the passes of a layer.</summary>
internal static class DirectionPasses
{
    /// <summary>D.</summary>
    public static int Count(this Direction direction) => direction == Direction.Both ? 2 : 1;

    /// <summary>Whether a pass, counted through all layers, runs from the end of time to its start.</summary>
    public static bool RunsBackwards(this Direction direction, int pass) => direction == Direction.Reverse || (direction == Direction.Both && pass % 2 == 1);
}
