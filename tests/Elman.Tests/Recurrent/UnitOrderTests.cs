using System.Numerics;
using Elman.Kernels;

namespace Elman.Tests.Recurrent;

public class UnitOrderTests
{
    [Fact]
    public void Values_lie_block_by_block_of_the_widest_vector_that_units_fill()
    {
        int narrow = Vector<float>.Count, wide = WideVector.IsSupported ? WideVector.Count : narrow;
        for (int units = 1; units < 70; units++)
        {
            UnitOrder order = new(units);
            int padded = (units + narrow - 1) / narrow * narrow;
            Assert.Equal(padded, order.Padded);
            foreach (int values in (int[])[1, 2, 3, 4, 6])
            {
                int place = 0;
                for (int first = 0, width; first < padded; first += width)
                {
                    width = padded - first < wide ? narrow : wide;
                    for (int value = 0; value < values; value++)
                    {
                        for (int unit = first; unit < first + width; unit++, place++)
                        {
                            Assert.Equal(width, order.WidthAt(unit));
                            Assert.Equal(place, order.Place(unit, value, values));
                            Assert.Equal((unit, value), order.At(place, values));
                        }
                    }
                }
                Assert.Equal(padded * values, place);
            }
        }
    }
}
